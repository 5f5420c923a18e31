import { expect, test } from 'vitest'
import { explainStackFailure, mayWorkInAnotherZone } from './explain-stack-failure.ts'

const instance = (reason: string) => ({ logicalId: 'Instance', type: 'AWS::EC2::Instance', reason })

// As EC2 and CloudFormation say it.
test.each([
  [
    'aws-capacity',
    'We currently do not have sufficient t4g.small capacity in the Availability Zone you requested (us-east-1e). (Service: Ec2, Status Code: 500)',
  ],
  [
    'aws-type-not-offered',
    'Your requested instance type (t4g.small) is not supported in your requested Availability Zone (us-east-1e).',
  ],
  [
    'aws-quota-vcpu',
    'You have requested more vCPU capacity than your current vCPU limit of 1 allows for the instance bucket that the specified instance type belongs to. (Service: Ec2; Error Code: VcpuLimitExceeded)',
  ],
  [
    'aws-quota-addresses',
    'The maximum number of addresses has been reached. (Error Code: AddressLimitExceeded)',
  ],
  ['aws-quota-networks', 'The maximum number of VPCs has been reached. (Error Code: VpcLimitExceeded)'],
  [
    'aws-account-not-ready',
    'Your request for accessing resources in this region is being validated (PendingVerification)',
  ],
  [
    'aws-permission',
    'User: arn:aws:sts::222222222222:assumed-role/cfn/AWSCloudFormation is not authorized to perform: ec2:RunInstances on resource: arn',
  ],
  ['stack-failed', 'Something new went wrong'],
])('%s is told for: %s', (code, reason) => {
  const error = explainStackFailure('slipway-shop', [instance(reason)])
  expect(error).toMatchObject({ code, details: [expect.stringContaining(reason)] })
})

test('what was cancelled because of a failure is not taken for its reason', () => {
  const error = explainStackFailure('slipway-shop', [
    { logicalId: 'Address', type: 'AWS::EC2::EIP', reason: 'Resource creation cancelled' },
    instance('The maximum number of addresses has been reached.'),
  ])
  expect(error.code).toBe('aws-quota-addresses')
  expect(error.details).toHaveLength(1)
})

test('a missing right is named', () => {
  const error = explainStackFailure('slipway-shop', [
    instance('x is not authorized to perform: ec2:RunInstances on y'),
  ])
  expect(error.what).toContain('ec2:RunInstances')
})

test('only capacity and offers are a matter of the zone', () => {
  const codes = ['aws-capacity', 'aws-type-not-offered', 'aws-quota-vcpu', 'aws-permission', 'stack-failed']
  expect(codes.filter((code) => mayWorkInAnotherZone({ code, what: '' }))).toEqual([
    'aws-capacity',
    'aws-type-not-offered',
  ])
})

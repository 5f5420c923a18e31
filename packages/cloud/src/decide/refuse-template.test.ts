import { expect, test } from 'vitest'
import { refuseTemplate } from './refuse-template.ts'

const boundary = 'arn:aws:iam::222222222222:policy/slipway/boundary-x'
const role = (properties: Record<string, unknown>) => ({
  Resources: {
    R: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Path: '/slipway/app/',
        PermissionsBoundary: boundary,
        AssumeRolePolicyDocument: {
          Statement: [
            { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
          ],
        },
        ...properties,
      },
    },
  },
})
const trusting = (Principal: unknown) => ({
  AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] },
})

test.each([
  ['trusts another account', trusting({ AWS: 'arn:aws:iam::999999999999:root' })],
  ['trusts everybody', trusting('*')],
  ['trusts EC2 and another account', trusting({ Service: 'ec2.amazonaws.com', AWS: '999999999999' })],
  ['trusts another service', trusting({ Service: 'states.amazonaws.com' })],
  ['lies outside the path', { Path: '/' }],
  ['has another boundary', { PermissionsBoundary: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
  ['has no boundary', { PermissionsBoundary: undefined }],
  ['has a policy of others', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }],
])('a role that %s is refused', (_, properties) => {
  expect(refuseTemplate(role(properties), boundary)).toHaveLength(1)
})

test('a type that we do not make is refused', () => {
  expect(
    refuseTemplate({ Resources: { F: { Type: 'AWS::Lambda::EventSourceMapping' } } }, boundary),
  ).toHaveLength(1)
})

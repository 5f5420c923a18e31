import { expect, test } from 'vitest'
import { explainRefusal } from './explain-refusal.ts'

/** An error as the SDK throws it for what a service answered. */
const answer = (name: string, message: string, httpStatusCode: number) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } })

const denied =
  'User: arn:aws:sts::222222222222:assumed-role/slipway/connect is not authorized to perform: s3:PutObject on resource: arn'

test.each([
  ['aws-permission', answer('AccessDenied', denied, 403), 'It was s3:PutObject.'],
  ['aws-permission', answer('UnauthorizedOperation', 'You are not authorized.', 403), 'did not allow'],
  ['aws-quota', answer('LimitExceededException', 'Limit for stack has been exceeded', 400), 'quotas'],
  ['aws-quota-vcpu', answer('VcpuLimitExceeded', 'You have requested more vCPU capacity', 400), 'instance'],
  ['aws-capacity', answer('InsufficientInstanceCapacity', 'none left', 500), 'free'],
])('%s is what %s says', (code, error, what) => {
  expect(explainRefusal(error)).toMatchObject({
    code,
    what: expect.stringContaining(what),
    details: [`${error.name}: ${error.message}`],
  })
})

test('a HEAD is refused without words', () => {
  expect(explainRefusal(answer('Unknown', 'UnknownError', 403))).toMatchObject({ code: 'aws-permission' })
  expect(explainRefusal(answer('Unknown', 'UnknownError', 500))).toBeUndefined()
})

test.each([
  answer('RequestLimitExceeded', 'Request limit exceeded.', 503),
  answer('ThrottlingException', 'Rate exceeded', 400),
  answer('InternalFailure', 'something', 500),
  answer('ExpiredToken', 'The provided token has expired.', 403),
  new Error('AccessDenied'),
  'AccessDenied',
])('%s may pass by itself', (error) => {
  expect(explainRefusal(error)).toBeUndefined()
})

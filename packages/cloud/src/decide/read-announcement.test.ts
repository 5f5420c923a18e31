import { newId } from '@slipway/core'
import { expect, test } from 'vitest'
import { controlRoleArn } from '../names.ts'
import { mayAnswer, readAnnouncement } from './read-announcement.ts'

const id = newId('cloudAccount')
const account = '222222222222'
function message(event: Record<string, unknown> = {}, says: Record<string, unknown> = {}): string {
  const inner = {
    RequestType: 'Create',
    RequestId: 'r',
    StackId: `arn:aws:cloudformation:us-east-1:${account}:stack/connect-slipway/1`,
    ResponseURL: 'https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/x?y=z',
    LogicalResourceId: 'Announcement',
    ...event,
    ResourceProperties: {
      ConnectionId: id,
      AccountId: account,
      RoleArn: controlRoleArn(account, id),
      TemplateVersion: '1',
      ...says,
    },
  }
  return JSON.stringify({ Type: 'Notification', Message: JSON.stringify(inner) })
}

test('an announcement tells connection, account and template version', () => {
  expect(readAnnouncement(message())).toMatchObject({
    connectionId: id,
    account,
    templateVersion: 1,
    contradiction: undefined,
  })
})

test.each([
  ['another account than its stack', {}, { AccountId: '333333333333' }],
  ['a role of another account', {}, { RoleArn: controlRoleArn('333333333333', id) }],
  ['a role of another path', {}, { RoleArn: `arn:aws:iam::${account}:role/control-${id}` }],
  ['a role of another connection', {}, { RoleArn: controlRoleArn(account, newId('cloudAccount')) }],
  ['another partition', { StackId: `arn:aws-cn:cloudformation:cn-north-1:${account}:stack/x/1` }, {}],
])('one that names %s contradicts itself', (_, event, says) => {
  expect(readAnnouncement(message(event, says))?.contradiction).toBeTypeOf('string')
})

test.each(['', 'no json', '{}', '{"Message":"{}"}', message({ ResponseURL: 'no url' })])(
  'what is no announcement is left alone: %s',
  (body) => {
    expect(readAnnouncement(body)).toBeUndefined()
  },
)

const aws = ['https://cloudformation-custom-resource-response-*.s3.*.amazonaws.com']
test.each([
  ['https://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com/a', true],
  ['https://evil.example/cloudformation-custom-resource-response-x.s3.y.amazonaws.com', false],
  ['https://cloudformation-custom-resource-response-x.s3.a.b.amazonaws.com.evil.example/', false],
  ['http://cloudformation-custom-resource-response-x.s3.y.amazonaws.com/', false],
  ['https://cloudformation-custom-resource-response-x.s3.y.amazonaws.com:8443/', false],
  ['http://169.254.169.254/', false],
])('an answer to %s: %s', (url, allowed) => {
  expect(mayAnswer(url, aws)).toBe(allowed)
})

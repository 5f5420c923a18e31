import { expect, test } from 'vitest'
import { judgeInstance, type SeenInstance } from './judge-instance.ts'

const expected = {
  account: '222222222222',
  role: 'host-env_1',
  profileArn: 'arn:aws:iam::222222222222:instance-profile/slipway/app/host-env_1',
  stackName: 'slipway-shop',
}
const proven = { account: '222222222222', role: 'host-env_1', instanceId: 'i-0123456789abcdef0' }
const tag = (managed: string, stack: string) => [
  { Key: 'slipway:managed', Value: managed },
  { Key: 'aws:cloudformation:stack-name', Value: stack },
]
const instance: SeenInstance = {
  State: { Name: 'running' },
  Tags: tag('true', 'slipway-shop'),
  IamInstanceProfile: { Arn: expected.profileArn },
}

test('the instance that a host waits for is admitted', () => {
  expect(judgeInstance(proven, expected, instance)).toBeUndefined()
})

test.each<[string, Partial<typeof proven>, SeenInstance | undefined]>([
  ['of another account', { account: '333333333333' }, instance],
  ['with another role', { role: 'host-env_2' }, instance],
  ['that does not exist', {}, undefined],
  ['that ended', {}, { ...instance, State: { Name: 'terminated' } }],
  ['without our tag', {}, { ...instance, Tags: tag('false', 'slipway-shop') }],
  ['of another stack', {}, { ...instance, Tags: tag('true', 'slipway-blog') }],
  [
    'with another profile',
    {},
    { ...instance, IamInstanceProfile: { Arn: 'arn:aws:iam::222222222222:instance-profile/x' } },
  ],
  ['without a profile', {}, { State: { Name: 'running' }, Tags: tag('true', 'slipway-shop') }],
])('an instance %s is not', (_, differs, seen) => {
  expect(judgeInstance({ ...proven, ...differs }, expected, seen)).toBeTypeOf('string')
})

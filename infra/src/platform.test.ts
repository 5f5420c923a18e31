import { expect, test } from 'vitest'
import { announceRegions } from './announce-stack.ts'
import { platformTemplates } from './platform.ts'

const templates = platformTemplates()
const resources = (
  name: string,
): { Type: string; Properties: Record<string, unknown>; DeletionPolicy?: string }[] =>
  Object.values(JSON.parse(templates[name] ?? '{"Resources":{}}').Resources)

test('there is one home and a topic in each region that announces', () => {
  expect(Object.keys(templates).sort()).toEqual(
    ['slipway-home', ...announceRegions.map((region) => `slipway-announce-${region}`)].sort(),
  )
})

test('a topic is never deleted, because connect stacks cannot change the one they were made with', () => {
  const topics = announceRegions.flatMap((region) =>
    resources(`slipway-announce-${region}`).filter(({ Type }) => Type === 'AWS::SNS::Topic'),
  )
  expect(topics.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(announceRegions.map(() => 'Retain'))
})

test('the worker may enter roles of connections in other accounts and nothing else', () => {
  const [role] = resources('slipway-home').filter(({ Type }) => Type === 'AWS::IAM::Role')
  const text = JSON.stringify(role?.Properties.Policies)
  expect(text).toContain('arn:aws:iam::*:role/slipway/control-*')
  expect(text).not.toContain('"Resource":"*"')
})

test('nothing needs bootstrapping or assets', () => {
  expect(
    Object.values(templates).filter((text) => /BootstrapVersion|AssetParameters|cdk-hnb/.test(text)),
  ).toEqual([])
})

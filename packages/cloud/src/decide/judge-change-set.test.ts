import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeChangeSet, type ResourceChange } from './judge-change-set.ts'

const modify = (type: string, replacement: string, properties: string[]): ResourceChange => ({
  action: 'Modify',
  type,
  logicalId: 'It',
  replacement,
  properties,
})

test.each<[string, ResourceChange, string]>([
  ['another image', modify('AWS::EC2::Instance', 'True', ['ImageId']), 'refused'],
  ['a disk in another zone', modify('AWS::EC2::Volume', 'True', ['AvailabilityZone']), 'refused'],
  [
    'what AWS cannot tell of an instance',
    modify('AWS::EC2::Instance', 'Conditional', ['SubnetId']),
    'refused',
  ],
  ['a bucket of another name', modify('AWS::S3::Bucket', 'True', ['BucketName']), 'refused'],
  ['an instance taken away', { ...modify('AWS::EC2::Instance', '', []), action: 'Remove' }, 'refused'],
  ['another instance type', modify('AWS::EC2::Instance', 'Conditional', ['InstanceType']), 'go'],
  ['a bigger disk', modify('AWS::EC2::Volume', 'False', ['Size']), 'go'],
  ['a bigger, faster disk', modify('AWS::EC2::Volume', 'Conditional', ['Size', 'Iops', 'VolumeType']), 'go'],
  ['a disk out of a snapshot', modify('AWS::EC2::Volume', 'Conditional', ['Size', 'SnapshotId']), 'refused'],
  ['a disk taken away', { ...modify('AWS::EC2::Volume', '', []), action: 'Remove' }, 'go'],
  ['an address bound anew', modify('AWS::EC2::EIPAssociation', 'True', ['InstanceId']), 'go'],
])('%s: %s', (_, change, verdict) => {
  expect(judgeChangeSet([change]).verdict).toBe(verdict)
})

test('a change that stops the instance says for how long', () => {
  const judgement = judgeChangeSet([modify('AWS::EC2::Instance', 'Conditional', ['InstanceType', 'Tags'])])
  expect(judgement).toMatchObject({
    verdict: 'go',
    stopsSeconds: 120,
    words: [expect.stringContaining('2 minutes')],
  })
})

const anyChange = fc.record({
  action: fc.constantFrom('Add', 'Modify', 'Remove'),
  type: fc.constantFrom('AWS::EC2::Instance', 'AWS::EC2::Volume', 'AWS::EC2::EIP', 'AWS::IAM::Role'),
  logicalId: fc.constant('It'),
  replacement: fc.constantFrom('True', 'False', 'Conditional', undefined),
  properties: fc.subarray(['InstanceType', 'ImageId', 'Size', 'UserData', 'Tags']),
})

test('whatever else changes with it, what holds data is never replaced', () => {
  fc.assert(
    fc.property(fc.array(anyChange), (changes) => {
      const replaces = changes.some(
        ({ action, type, replacement }) =>
          action === 'Modify' && replacement === 'True' && /Instance|Volume/.test(type),
      )
      return !replaces || judgeChangeSet(changes).verdict === 'refused'
    }),
  )
})

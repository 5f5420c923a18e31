import { createHash } from 'node:crypto'
import { asId } from '@slipway/core'
import { expect, test } from 'vitest'
import { connectTemplate, templateVersion } from '../connect/template.ts'
import { policyFor } from '../policy.ts'
import { sessionPolicy, sessionPolicyCharactersMax, sessionTags } from '../session-policy.ts'
import { cfn, cfnNever } from './cfn.ts'
import { control, controlNever, purposes } from './control.ts'
import type { Grant } from './grant.ts'
import { boundaryGrants, runner } from './machines.ts'

const names = { account: '222222222222', connection: `con_${'z'.repeat(22)}`, region: 'ap-southeast-2' }
const allGrants: Grant[] = [
  ...purposes.flatMap((purpose) => control[purpose]),
  ...Object.values(cfn).flat(),
  ...boundaryGrants,
  ...runner,
]

test.each(purposes)('the session policy for %s fits into what STS takes', (purpose) => {
  expect(sessionPolicy(purpose, names).length).toBeLessThanOrEqual(sessionPolicyCharactersMax)
})

// STS packs policy and tags into one room and says in PackedPolicySize how much of it they take; how it packs is not
// published. Tags of 2,268 bytes were seen to take 498 % of it: https://github.com/aws-actions/configure-aws-credentials/issues/1898
const tagBytesMax = 2268 / 4.98

test.each(purposes)(
  'policy and tags of a session for %s leave a fifth of the packed room free',
  (purpose) => {
    const tags = sessionTags(asId('organisation', `org_${'z'.repeat(22)}`), purpose)
    const tagBytes = tags
      .map(({ Key, Value }) => Key.length + Value.length)
      .reduce((sum, one) => sum + one, 0)
    const policyShare = sessionPolicy(purpose, names).length / sessionPolicyCharactersMax
    expect(policyShare + tagBytes / tagBytesMax).toBeLessThan(0.8)
  },
)

test('no grant names a whole service or everything', () => {
  const stars = allGrants.flatMap((grant) => grant.actions).filter((action) => action.includes('*'))
  expect(stars).toEqual([])
})

test('each managed policy fits into the 6,144 characters that IAM allows', () => {
  const documents = [
    policyFor(
      names,
      purposes.flatMap((purpose) => control[purpose]),
      controlNever,
    ),
    policyFor(names, cfn.network),
    policyFor(names, cfn.compute, cfnNever),
    policyFor(names, cfn.edge),
    policyFor(names, cfn.functions),
    policyFor(names, cfn.cluster),
    policyFor(names, boundaryGrants),
  ]
  const sizes = documents.map((document) => JSON.stringify(document).length)
  expect(sizes.filter((size) => size > 6144)).toEqual([])
})

test('every statement on a bucket names the account that must own it, but for those that make buckets', () => {
  const open = allGrants.filter(
    (grant) =>
      grant.actions.some((action) => /^s3:(Get|Put|List)(Object|Bucket)$/.test(action)) &&
      !grant.conditions?.StringEquals?.['aws:ResourceAccount'],
  )
  expect(open).toEqual([])
})

test('every name of a role or policy ends in the id of the connection', () => {
  const resources = Object.values(parsed(connectTemplate()).Resources)
  const made = resources.flatMap(({ Properties: p }) => [
    p.RoleName,
    p.ManagedPolicyName,
    p.InstanceProfileName,
  ])
  const found = made.filter((name) => name !== undefined)
  expect(found.length).toBeGreaterThan(8)
  expect(found.every((name) => JSON.stringify(name).endsWith(`-\${ConnectionId}"}`))).toBe(true)
})

test('a changed template has a new version', () => {
  const digest = createHash('sha256').update(JSON.stringify(connectTemplate())).digest('hex').slice(0, 16)
  expect({ templateVersion, digest }).toMatchSnapshot()
})

function parsed(template: Record<string, unknown>): {
  Resources: Record<string, { Properties: Record<string, unknown> }>
} {
  return JSON.parse(JSON.stringify(template))
}

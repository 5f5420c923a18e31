import { z } from 'zod'
import { connectTemplate } from '../../packages/cloud/src/connect/template.ts'
import { control, purposes } from '../../packages/cloud/src/permissions/control.ts'
import { policyFor } from '../../packages/cloud/src/policy.ts'
import { buildTemplate } from '../../packages/cloud/src/synth/build-template.ts'
import { exampleStacks } from '../../packages/cloud/src/synth/example-stacks.ts'

const account = '222222222222'
const values: Record<string, string> = {
  'AWS::AccountId': account,
  ConnectionId: 'con_example',
  ExternalId: 'e'.repeat(43),
  SlipwayAccount: '111111111111',
  SlipwayPrincipal: 'arn:aws:iam::111111111111:role/slipway-worker',
}

const policy = z.object({ Version: z.string(), Statement: z.array(z.unknown()) })
type Policy = z.infer<typeof policy>
const role = z.object({
  ManagedPolicyArns: z.array(z.string()).default([]),
  Policies: z.array(z.object({ PolicyDocument: policy })).default([]),
  AssumeRolePolicyDocument: z.unknown(),
})
const managedPolicy = z.object({ PolicyDocument: policy })
const resources = z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() }))

const ofStacks = exampleStacks().flatMap((stack) =>
  Object.entries(
    resources.parse(z.object({ Resources: z.unknown() }).parse(JSON.parse(buildTemplate(stack))).Resources),
  ),
)

/** What our stacks are made of: the type of every resource in them. */
export const types = [...new Set(ofStacks.map(([, { Type }]) => Type))].sort()

/**
 * Every policy that we ask a customer to grant, as IAM will see it: all of a role together, whether written into it
 * or attached, the boundary, and the policy of each session; and who may assume each role.
 */
export function collectPolicies(): { policies: Record<string, Policy>; trusts: Record<string, unknown> } {
  const ofConnection = Object.entries(resources.parse(filled(connectTemplate().Resources)))
  const documents = new Map(
    ofConnection
      .filter(([, { Type }]) => Type === 'AWS::IAM::ManagedPolicy')
      .map(([id, { Properties }]) => [id, managedPolicy.parse(Properties).PolicyDocument]),
  )
  const policies: Record<string, Policy> = {}
  const trusts: Record<string, unknown> = {}
  for (const [id, { Type, Properties }] of [...ofConnection, ...ofStacks]) {
    if (Type !== 'AWS::IAM::Role') continue
    const { ManagedPolicyArns, Policies, AssumeRolePolicyDocument } = role.parse(Properties)
    const attached = ManagedPolicyArns.flatMap((of) => documents.get(of)?.Statement ?? [])
    const inline = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    trusts[id] = AssumeRolePolicyDocument
    if (attached.length + inline.length > 0)
      policies[id] = { Version: '2012-10-17', Statement: [...attached, ...inline] }
  }
  const boundary = documents.get('Boundary')
  if (boundary) policies.Boundary = boundary
  for (const purpose of purposes) {
    const names = { account, connection: 'con_example', region: 'eu-central-1' }
    policies[`session ${purpose}`] = policyFor(names, control[purpose])
  }
  return { policies, trusts }
}

/** With the parameters put in. What names another resource stays its logical id. */
function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled)
  if (typeof value !== 'object' || value === null) return value
  if ('Ref' in value) return values[String(value.Ref)] ?? value.Ref
  if ('Fn::GetAtt' in value)
    return `arn:aws:iam::${account}:role/${String(value['Fn::GetAtt']).split(',')[0]}`
  if ('Fn::Join' in value) {
    const [between, parts] = z.tuple([z.string(), z.array(z.unknown())]).parse(value['Fn::Join'])
    return parts.map(filled).join(between)
  }
  if ('Fn::Sub' in value)
    return String(value['Fn::Sub']).replace(/\$\{([^}]+)\}/g, (_, name: string) => values[name] ?? name)
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one)]))
}

import type { ExpectedIdentity } from '../hosts/host-identity.ts'
import type { ProvenIdentity } from '../hosts/prove-identity.ts'

/** An instance as EC2 describes it, as much of it as matters here. */
export type SeenInstance = {
  State?: { Name?: string | undefined } | undefined
  Tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined
  IamInstanceProfile?: { Arn?: string | undefined } | undefined
}

/**
 * Why an instance that proved to be itself is not the one that a host's row waits for, or undefined when it is.
 * A session's name is EC2's only where nobody else may assume the role, so AWS is asked about the instance too:
 * it runs, carries our tag, has that very profile, and belongs to the stack that was made for this host. The
 * stack's tag is CloudFormation's own and cannot be set by anyone.
 */
export function judgeInstance(
  proven: ProvenIdentity,
  expected: ExpectedIdentity,
  instance: SeenInstance | undefined,
): string | undefined {
  if (proven.account !== expected.account) return `it is in the account ${proven.account}`
  if (proven.role !== expected.role) return `it has the role ${proven.role}`
  if (!instance) return `${proven.instanceId} does not exist`
  const state = instance.State?.Name ?? 'unknown'
  if (state !== 'running' && state !== 'pending') return `${proven.instanceId} is ${state}`
  const tags = new Map((instance.Tags ?? []).map(({ Key, Value }) => [Key, Value]))
  if (tags.get('slipway:managed') !== 'true') return `${proven.instanceId} is not managed by Slipway`
  if (tags.get('aws:cloudformation:stack-name') !== expected.stackName)
    return `${proven.instanceId} does not belong to the stack ${expected.stackName}`
  if (instance.IamInstanceProfile?.Arn !== expected.profileArn)
    return `${proven.instanceId} has the profile ${instance.IamInstanceProfile?.Arn ?? '(none)'}`
  return undefined
}

import type { UserErrorFields } from '@slipway/core'

export type StackFailure = {
  logicalId: string
  type: string
  /** AWS's words. */
  reason: string
}

/** What stands in AWS's words, and what it means. The first that fits, top to bottom. */
const meanings: {
  code: string
  pattern: RegExp
  what: string
  why: string
  todo: string
}[] = [
  {
    code: 'aws-capacity',
    pattern: /InsufficientInstanceCapacity|do not have sufficient .* capacity|Insufficient capacity/i,
    what: 'AWS has no instance of this type free in this region at the moment.',
    why: 'Instances of a type come from a pool of each zone, and the pools are empty.',
    todo: 'Try again in some minutes, or choose another size.',
  },
  {
    code: 'aws-type-not-offered',
    pattern:
      /not supported in your requested Availability Zone|Unsupported: |UnsupportedOperation|InstanceType.*not supported/i,
    what: 'AWS does not offer this instance type in this zone.',
    why: 'Not every zone has every type.',
    todo: 'Choose another size or instance type.',
  },
  {
    code: 'aws-quota-vcpu',
    pattern: /VcpuLimitExceeded|vCPU limit|InstanceLimitExceeded/i,
    what: 'The account may not run another instance of this type.',
    why: 'Its quota of vCPUs for this family is used up. New accounts start with a small one.',
    todo: 'Ask for more in Service Quotas (EC2, "Running On-Demand Standard instances"), then deploy again.',
  },
  {
    code: 'aws-quota-addresses',
    pattern: /AddressLimitExceeded|maximum number of addresses/i,
    what: 'The account may not have another elastic address in this region.',
    why: 'The quota is 5 in a region until you ask for more, and each environment keeps one.',
    todo: 'Release an address that is not used, or ask for more in Service Quotas (EC2, "EC2-VPC Elastic IPs").',
  },
  {
    code: 'aws-quota-networks',
    pattern: /VpcLimitExceeded|InternetGatewayLimitExceeded|maximum number of (VPCs|internet gateways)/i,
    what: 'The account may not have another network in this region.',
    why: 'The quota is 5 VPCs in a region until you ask for more.',
    todo: 'Delete a VPC that is not used, or ask for more in Service Quotas (VPC, "VPCs per Region").',
  },
  {
    code: 'aws-quota-storage',
    pattern: /VolumeLimitExceeded|MaxIOPSLimitExceeded|maximum .*(volume|storage)/i,
    what: 'The account may not have more disk storage in this region.',
    why: 'Its quota for this type of volume is used up.',
    todo: 'Delete volumes that are not used, or ask for more in Service Quotas (EBS).',
  },
  {
    code: 'aws-account-not-ready',
    pattern:
      /OptInRequired|PendingVerification|account is (currently )?(blocked|being verified|suspended)|not subscribed/i,
    what: 'AWS does not let this account create instances yet.',
    why: 'New accounts are verified first, which takes from minutes to a day; a blocked one was told by mail.',
    todo: "Look into the account's mails from AWS, then deploy again.",
  },
  {
    code: 'aws-permission',
    pattern: /is not authorized to perform|UnauthorizedOperation|AccessDenied|not authorized/i,
    what: 'The account did not let the stack do something that it needs.',
    why: 'The connect stack is older than what this needs, was changed, or a policy of your AWS organisation forbids it.',
    todo: 'Open the cloud account and press "Check again"; update the connect stack if it says so, or ask who runs your AWS organisation.',
  },
]

/**
 * What went wrong with a stack, for whoever deployed. `failures` are the resources that failed, the first
 * first: what follows is mostly cancelled because of it. AWS's own words are kept as details.
 */
export function explainStackFailure(stack: string, failures: readonly StackFailure[]): UserErrorFields {
  const own = failures.filter(({ reason }) => !/cancell?ed/i.test(reason))
  const first = own[0] ?? failures[0]
  const details = (own.length > 0 ? own : failures).map(
    ({ logicalId, type, reason }) => `${logicalId} (${type}): ${reason}`,
  )
  const meaning = first && meanings.find(({ pattern }) => pattern.test(first.reason))
  if (!meaning)
    return {
      code: 'stack-failed',
      kind: 'failed',
      what: `CloudFormation could not make the stack ${stack} and undid what it began.`,
      why: 'The reason that AWS gave stands below.',
      todo: 'Mend what it names and deploy again. Nothing was left half done.',
      details,
    }
  const missing = /is not authorized to perform: ([\w:]+)/.exec(first.reason)?.[1]
  return {
    code: meaning.code,
    kind: 'failed',
    what: missing ? `${meaning.what} It was ${missing}.` : meaning.what,
    why: meaning.why,
    todo: meaning.todo,
    details,
  }
}

/** Whether another zone may succeed where this one failed. */
export function mayWorkInAnotherZone(error: UserErrorFields): boolean {
  return error.code === 'aws-capacity' || error.code === 'aws-type-not-offered'
}

type Meaning = { code: string; what: string; why: string; todo: string }

/** What stands in AWS's words, and what it means. The first that fits, top to bottom. */
const meanings: readonly (Meaning & { pattern: RegExp })[] = [
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
    code: 'aws-quota',
    // Too many calls in a moment are told as RequestLimitExceeded, and pass by themselves.
    pattern: /(?<!Request)LimitExceeded|QuotaExceeded|TooMany(?!Requests)[A-Z]\w+/,
    what: 'The account has reached one of its quotas.',
    why: 'AWS lets an account have only so many of each thing in a region until it asks for more.',
    todo: 'Delete what is not used, or ask for more in Service Quotas, then deploy again.',
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
    what: 'The account did not allow something that is needed.',
    why: 'The connect stack is older than what this needs, was changed, or a policy of your AWS organisation forbids it.',
    todo: 'Open the cloud account and press "Check again"; update the connect stack if it says so, or ask who runs your AWS organisation.',
  },
]

/** What AWS's own words mean to whoever deployed, with the right that is missing; undefined where nobody knows. */
export function meaningOf(words: string): Meaning | undefined {
  const meaning = meanings.find(({ pattern }) => pattern.test(words))
  if (meaning === undefined) return undefined
  const { code, what, why, todo } = meaning
  const missing = /is not authorized to perform: ([\w:]+)/.exec(words)?.[1]
  return { code, what: missing ? `${what} It was ${missing}.` : what, why, todo }
}

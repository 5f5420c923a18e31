import { cfn } from '../../packages/cloud/src/permissions/cfn.ts'

/** What may be done to our things only: granted on condition that they carry our tag. */
const onlyToOurs = Object.values(cfn)
  .flat()
  .filter(({ conditions }) => conditions?.StringEquals?.['aws:ResourceTag/slipway:managed'] === 'true')
  .flatMap(({ actions }) => actions)

const creations = [
  'ec2:AllocateAddress',
  'ec2:CreateInternetGateway',
  'ec2:CreateLaunchTemplate',
  'ec2:CreateRouteTable',
  'ec2:CreateSecurityGroup',
  'ec2:CreateSubnet',
  'ec2:CreateVolume',
  'ec2:CreateVpc',
  'ec2:RunInstances',
]

/**
 * What parliament and cloudsplaining find and we mean. Each detail of `details` must be found; of `among` at least
 * one must be.
 * @type {{ tool: string, policy: string, issue: string, details?: string[], among?: string[], why: string }[]}
 */
export const explained = [
  {
    tool: 'cloudsplaining',
    policy: 'Cfn',
    issue: 'INFRASTRUCTURE_MODIFICATION',
    details: creations,
    why: 'What is not there yet has no ARN and no tag. CloudFormation alone can be this role, for stacks of ours.',
  },
  {
    tool: 'parliament',
    policy: 'Cfn',
    issue: 'RESOURCE_STAR',
    details: creations,
    why: 'The same, as parliament says it.',
  },
  {
    tool: 'parliament',
    policy: 'Cfn',
    issue: 'RESOURCE_STAR',
    among: onlyToOurs,
    why: 'Any resource that carries our tag: parliament does not read conditions.',
  },
  {
    tool: 'cloudsplaining',
    policy: 'Cfn',
    issue: 'UNRESTRICTED_TAGGING',
    details: ['ec2:CreateTags', 'ec2:DeleteTags'],
    why: 'Allowed within a creation, and on what carries our tag: so nothing of the customer can be made ours.',
  },
  {
    tool: 'parliament',
    policy: 'Cfn',
    issue: 'RESOURCE_POLICY_PRIVILEGE_ESCALATION',
    details: ['s3:PutBucketPolicy', 's3:PutLifecycleConfiguration'],
    why: 'Who makes a bucket sets its policy and its lifecycle; only buckets named slipway-<account>-… can be meant.',
  },
  {
    tool: 'parliament',
    policy: 'Cfn',
    issue: 'UNKNOWN_ACTION',
    details: ['ec2:DescribeVpcEncryptionControls', 'lambda:GetFunctionScalingConfig', 's3:GetBucketAbac'],
    why: "Newer than parliament's list; AWS's own schema of the resource type asks for them.",
  },
  {
    tool: 'parliament',
    policy: 'Cfn',
    issue: 'RESOURCE_MISMATCH',
    details: ['elasticloadbalancing:ModifyListener', 'elasticloadbalancing:DeleteListener'],
    why: 'It misses listeners of network load balancers, of which we make none.',
  },
  ...['Cfn', 'Control', 'session observe'].map((policy) => ({
    tool: 'parliament',
    policy,
    issue: 'RESOURCE_STAR',
    details: ['cloudwatch:DescribeAlarms'],
    why: 'It reads how alarms are and nothing else; `*` is the one scope that the reference of AWS speaks of.',
  })),
  ...['Control', 'session snapshot'].map((policy) => ({
    tool: 'parliament',
    policy,
    issue: 'RESOURCE_MISMATCH',
    details: ['ec2:CreateSnapshot'],
    why: 'It acts on a volume, which must carry our tag, and makes a snapshot, which has none yet: a statement for each.',
  })),
  {
    tool: 'cloudsplaining',
    policy: 'Control',
    issue: 'ASSUMABLE_FROM_ANOTHER_ACCOUNT',
    details: ['arn:aws:iam::111111111111:root'],
    why: "Slipway's account, and there by conditions one principal with this connection's ExternalId; each connection proves that it is refused without it.",
  },
  ...['HostRole', 'Runner'].map((policy) => ({
    tool: 'cloudsplaining',
    policy,
    issue: 'ASSUMABLE_BY_A_COMPUTE_SERVICE',
    details: ['ec2'],
    why: 'It is the role of an instance, and bounded; the app on it cannot reach the metadata that hands it out.',
  })),
  {
    tool: 'cloudsplaining',
    policy: 'FunctionRole',
    issue: 'ASSUMABLE_BY_A_COMPUTE_SERVICE',
    details: ['lambda'],
    why: 'It is the role of functions, and bounded: its own secrets and logs.',
  },
]

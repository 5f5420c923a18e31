/**
 * Everything that Slipway may do in a customer's account, in one table. The connect template's roles, each
 * session's policy and the page that says what Slipway can do are made from it, so that they cannot differ.
 *
 * `<account>`, `<connection>` and `<region>` in a resource are filled in by whoever makes a policy of it
 * (policy.ts).
 */

import { artifactPrefix, sitesPrefix } from './names.ts'

/** What a session is for. A session of one purpose can do nothing of another's. */
export const purposes = ['observe', 'stack', 'operate', 'artifact'] as const
export type Purpose = (typeof purposes)[number]

export type Conditions = Record<string, Record<string, string | readonly string[]>>

export type Grant = {
  /** Ends the sentence "It can …" (or, for a denial, "It can never …"). */
  words: string
  actions: readonly string[]
  resources: readonly string[]
  conditions?: Conditions
}

const account = '<account>'
const stacks = `arn:aws:cloudformation:<region>:${account}:stack/slipway-*/*`
const bucket = `arn:aws:s3:::slipway-${account}-*`
const cfnRole = `arn:aws:iam::${account}:role/slipway/cfn-<connection>`
const runnerRole = `arn:aws:iam::${account}:role/slipway/runner-<connection>`
const boundary = `arn:aws:iam::${account}:policy/slipway/boundary-<connection>`
const appRoles = `arn:aws:iam::${account}:role/slipway/app/*`
const stepRoles = `arn:aws:iam::${account}:role/slipway/step/*`
const appProfiles = `arn:aws:iam::${account}:instance-profile/slipway/app/*`
const parameters = `arn:aws:ssm:<region>:${account}:parameter/slipway/*`
const alarms = `arn:aws:cloudwatch:<region>:${account}:alarm`
const edge = (...kinds: string[]) => kinds.map((kind) => `arn:aws:cloudfront::${account}:${kind}`)
const certificates = `arn:aws:acm:<region>:${account}:certificate/*`
const ec2 = (...kinds: string[]) => kinds.map((kind) => `arn:aws:ec2:<region>:${account}:${kind}/*`)

const ours: Conditions = { StringEquals: { 'aws:ResourceTag/slipway:managed': 'true' } }
const inThisAccount: Conditions = { StringEquals: { 'aws:ResourceAccount': account } }

/** Of the role `control`, the only one that Slipway itself assumes: by the purpose of the session. */
export const control: Record<Purpose, readonly Grant[]> = {
  observe: [
    {
      words: 'see the stacks that it made and what they are doing',
      actions: [
        'cloudformation:DescribeStacks',
        'cloudformation:DescribeStackEvents',
        'cloudformation:DescribeStackResources',
      ],
      resources: [stacks],
    },
    {
      words: 'see instances, volumes, addresses, images and zones',
      actions: [
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'ec2:DescribeVolumes',
        'ec2:DescribeAddresses',
        'ec2:DescribeImages',
        'ec2:DescribeAvailabilityZones',
      ],
      resources: ['*'],
    },
    {
      // `*` is the one scope that AWS's reference speaks of; what a narrower one leaves out it says of some alarms only:
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
      words: 'see how alarms are',
      actions: ['cloudwatch:DescribeAlarms'],
      resources: ['*'],
    },
    {
      words: 'see what proves the certificates of sites',
      actions: ['acm:DescribeCertificate'],
      resources: [certificates],
    },
    {
      words: 'see how much the account may use (quotas)',
      actions: ['servicequotas:GetServiceQuota'],
      resources: ['*'],
    },
  ],
  stack: [
    {
      words: 'create, change and delete CloudFormation stacks whose name starts with slipway-',
      actions: [
        'cloudformation:DescribeStacks',
        'cloudformation:DescribeStackEvents',
        'cloudformation:DescribeStackResources',
        'cloudformation:GetTemplate',
        'cloudformation:CreateChangeSet',
        'cloudformation:DescribeChangeSet',
        'cloudformation:ExecuteChangeSet',
        'cloudformation:DeleteChangeSet',
        'cloudformation:ContinueUpdateRollback',
        'cloudformation:RollbackStack',
        'cloudformation:DeleteStack',
        'cloudformation:TagResource',
      ],
      resources: [stacks],
    },
    {
      words: 'let CloudFormation use the role "cfn" of this connection for that, and no other role',
      actions: ['iam:PassRole'],
      resources: [cfnRole],
      conditions: { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
    },
  ],
  operate: [
    {
      words: 'start, stop and reboot instances that carry the tag slipway:managed',
      actions: ['ec2:StartInstances', 'ec2:StopInstances', 'ec2:RebootInstances'],
      resources: ec2('instance'),
      conditions: ours,
    },
    {
      words: 'see the state of instances',
      actions: ['ec2:DescribeInstances'],
      resources: ['*'],
    },
    {
      words: "write and delete your apps' secrets under /slipway/ in Parameter Store, without reading them",
      actions: ['ssm:PutParameter', 'ssm:DeleteParameter', 'ssm:AddTagsToResource'],
      resources: [parameters],
    },
    {
      // A store's ARN is made of an id that AWS chooses; that rights on what is in it may ask for tags AWS does not say.
      words: 'say in a CloudFront key-value store which release of a site is live',
      actions: [
        'cloudfront-keyvaluestore:DescribeKeyValueStore',
        'cloudfront-keyvaluestore:GetKey',
        'cloudfront-keyvaluestore:UpdateKeys',
      ],
      resources: edge('key-value-store/*'),
    },
  ],
  artifact: [
    {
      words: 'put the agent and its start script into the bucket that it made',
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [`${bucket}/slipway/*`],
      conditions: inThisAccount,
    },
    {
      // A revision is built once; each stage's account and region gets the very same bytes.
      words: 'bring a release that was built in one region or account to where it is deployed too',
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [`${bucket}/environments/*/releases/*`],
      conditions: inThisAccount,
    },
    {
      words: 'bring files that a step kept in one region or account to where a later step needs them',
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [`${bucket}/${artifactPrefix}*`],
      conditions: inThisAccount,
    },
    {
      words: 'delete the files of a site that was removed',
      actions: ['s3:DeleteObject'],
      resources: [`${bucket}/${sitesPrefix}*`],
      conditions: inThisAccount,
    },
    {
      words: 'list what lies there',
      actions: ['s3:ListBucket'],
      resources: [bucket],
      conditions: inThisAccount,
    },
  ],
}

/** Holds for `control` whatever else allows it. */
export const controlNever: readonly Grant[] = [
  {
    words: 'read secrets, parameters or rows of your tables, or decrypt anything',
    actions: [
      'ssm:GetParameter',
      'ssm:GetParameters',
      'ssm:GetParametersByPath',
      'ssm:GetParameterHistory',
      'secretsmanager:GetSecretValue',
      'dynamodb:GetItem',
      'dynamodb:BatchGetItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'rds-data:ExecuteStatement',
      'kms:Decrypt',
    ],
    resources: ['*'],
  },
  {
    words: 'touch a stack except through the role "cfn", which can make only what is listed below',
    actions: [
      'cloudformation:CreateStack',
      'cloudformation:UpdateStack',
      'cloudformation:DeleteStack',
      'cloudformation:CreateChangeSet',
      'cloudformation:ContinueUpdateRollback',
      'cloudformation:RollbackStack',
    ],
    resources: ['*'],
    conditions: { ArnNotEqualsIfExists: { 'cloudformation:RoleArn': cfnRole } },
  },
  {
    words: 'bring things that it did not make into a stack',
    actions: ['cloudformation:CreateChangeSet'],
    resources: ['*'],
    conditions: { Null: { 'cloudformation:ImportResourceTypes': 'false' } },
  },
]

/**
 * Of the role `cfn`, which CloudFormation acts with. Creating is free where nothing of the customer's can be
 * meant by it; changing and deleting needs our tag on the thing. EC2 gives tags to what it creates in the same
 * call, so `CreateTags` is allowed within a creation and on what is ours already: nobody can make a foreign
 * instance ours by tagging it.
 */
export const cfn: Record<'network' | 'compute' | 'edge', readonly Grant[]> = {
  network: [
    {
      words: 'create a network of its own (VPC, subnets, gateway, routes, security groups, addresses)',
      actions: [
        'ec2:CreateVpc',
        'ec2:CreateSubnet',
        'ec2:CreateInternetGateway',
        'ec2:CreateRouteTable',
        'ec2:CreateSecurityGroup',
        'ec2:AllocateAddress',
      ],
      resources: ['*'],
    },
    {
      words: 'change and delete that network, where it carries the tag slipway:managed',
      actions: [
        'ec2:DeleteVpc',
        'ec2:DescribeVpcAttribute',
        'ec2:ModifyVpcAttribute',
        'ec2:AssociateVpcCidrBlock',
        'ec2:DisassociateVpcCidrBlock',
        'ec2:DeleteSubnet',
        'ec2:ModifySubnetAttribute',
        'ec2:DeleteInternetGateway',
        'ec2:AttachInternetGateway',
        'ec2:DetachInternetGateway',
        'ec2:DeleteRouteTable',
        'ec2:CreateRoute',
        'ec2:DeleteRoute',
        'ec2:AssociateRouteTable',
        'ec2:DisassociateRouteTable',
        'ec2:DeleteSecurityGroup',
        'ec2:AuthorizeSecurityGroupIngress',
        'ec2:AuthorizeSecurityGroupEgress',
        'ec2:RevokeSecurityGroupIngress',
        'ec2:RevokeSecurityGroupEgress',
        'ec2:ReleaseAddress',
        'ec2:AssociateAddress',
        'ec2:DisassociateAddress',
      ],
      resources: ['*'],
      conditions: ours,
    },
    {
      // The interface that an address is bound to is made by EC2 with its instance and carries no tag of ours;
      // the address beside it in the same call must.
      words: 'give one of its addresses to an instance',
      actions: ['ec2:AssociateAddress', 'ec2:DisassociateAddress'],
      resources: ec2('network-interface'),
    },
    {
      words: 'see what EC2 has in the account, which CloudFormation needs to follow its own work',
      actions: [
        'ec2:DescribeVpcs',
        'ec2:DescribeVpcEncryptionControls',
        'ec2:DescribeNetworkAcls',
        'ec2:DescribeVpnGateways',
        'ec2:DescribeSubnets',
        'ec2:DescribeInternetGateways',
        'ec2:DescribeRouteTables',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeAddresses',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceCreditSpecifications',
        'ec2:DescribeIamInstanceProfileAssociations',
        'ec2:DescribeVolumes',
        'ec2:DescribeVolumesModifications',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribeLaunchTemplateVersions',
        'ec2:DescribeTags',
      ],
      resources: ['*'],
    },
  ],
  compute: [
    {
      words: 'see what Systems Manager is to do on instances',
      actions: ['ssm:ListAssociations'],
      resources: ['*'],
    },
    {
      words: 'see it one by one',
      actions: ['ssm:DescribeAssociation'],
      resources: [`arn:aws:ssm:<region>:${account}:association/*`, ...ec2('instance')],
    },
    {
      words: 'create instances, volumes and launch templates',
      actions: ['ec2:RunInstances', 'ec2:CreateVolume', 'ec2:CreateLaunchTemplate'],
      resources: ['*'],
    },
    {
      words: 'change and end instances, volumes and launch templates that carry the tag slipway:managed',
      actions: [
        'ec2:TerminateInstances',
        'ec2:StartInstances',
        'ec2:StopInstances',
        'ec2:DescribeInstanceAttribute',
        'ec2:ModifyInstanceAttribute',
        'ec2:DeleteVolume',
        'ec2:DescribeVolumeAttribute',
        'ec2:ModifyVolume',
        'ec2:AttachVolume',
        'ec2:DetachVolume',
        'ec2:CreateLaunchTemplateVersion',
        'ec2:DeleteLaunchTemplate',
      ],
      resources: ['*'],
      conditions: ours,
    },
    {
      words: 'create, change and delete alarms whose name starts with slipway-',
      actions: [
        'cloudwatch:PutMetricAlarm',
        'cloudwatch:TagResource',
        'cloudwatch:ListTagsForResource',
        'cloudwatch:DeleteAlarms',
      ],
      resources: [`${alarms}:slipway-*`],
    },
    {
      words: 'see alarms, which CloudFormation needs to follow its own work',
      actions: ['cloudwatch:DescribeAlarms'],
      resources: ['*'],
    },
    {
      words: 'tag what it creates, while it creates it',
      actions: ['ec2:CreateTags'],
      resources: ['*'],
      conditions: {
        StringEquals: {
          'ec2:CreateAction': [
            'RunInstances',
            'CreateVolume',
            'CreateVpc',
            'CreateSubnet',
            'CreateInternetGateway',
            'CreateRouteTable',
            'CreateSecurityGroup',
            'AllocateAddress',
            'CreateLaunchTemplate',
          ],
        },
      },
    },
    {
      words: 'change tags of what carries the tag slipway:managed',
      actions: ['ec2:CreateTags', 'ec2:DeleteTags'],
      resources: ['*'],
      conditions: ours,
    },
    {
      words: 'create buckets whose name starts with slipway- and your account number, and set them up',
      actions: [
        's3:CreateBucket',
        's3:DeleteBucket',
        's3:PutBucketPolicy',
        's3:GetBucketPolicy',
        's3:DeleteBucketPolicy',
        's3:PutBucketPublicAccessBlock',
        's3:GetBucketPublicAccessBlock',
        's3:PutEncryptionConfiguration',
        's3:GetEncryptionConfiguration',
        's3:PutLifecycleConfiguration',
        's3:GetLifecycleConfiguration',
        's3:PutBucketOwnershipControls',
        's3:GetBucketOwnershipControls',
        's3:PutBucketTagging',
        's3:GetBucketTagging',
      ],
      resources: [bucket],
    },
    {
      words: 'see how those buckets are set up, which CloudFormation needs to follow its own work',
      actions: [
        's3:GetAccelerateConfiguration',
        's3:GetAnalyticsConfiguration',
        's3:GetBucketAbac',
        's3:GetBucketCORS',
        's3:GetBucketLogging',
        's3:GetBucketMetadataTableConfiguration',
        's3:GetBucketNotification',
        's3:GetBucketObjectLockConfiguration',
        's3:GetBucketVersioning',
        's3:GetBucketWebsite',
        's3:GetIntelligentTieringConfiguration',
        's3:GetInventoryConfiguration',
        's3:GetMetricsConfiguration',
        's3:GetReplicationConfiguration',
        's3:ListTagsForResource',
      ],
      resources: [bucket],
    },
    {
      words: 'see whether those buckets are empty',
      actions: ['s3:ListBucket'],
      resources: [bucket],
      conditions: inThisAccount,
    },
    {
      words: 'create roles for your apps, only below role/slipway/app/ and only within the boundary',
      actions: ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy'],
      resources: [appRoles],
      conditions: { ArnEquals: { 'iam:PermissionsBoundary': boundary } },
    },
    {
      words: 'read, tag and delete those roles and their instance profiles',
      actions: [
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListRolePolicies',
        'iam:ListAttachedRolePolicies',
        'iam:TagRole',
        'iam:UntagRole',
        'iam:DeleteRole',
        'iam:CreateInstanceProfile',
        'iam:GetInstanceProfile',
        'iam:AddRoleToInstanceProfile',
        'iam:RemoveRoleFromInstanceProfile',
        'iam:DeleteInstanceProfile',
      ],
      resources: [appRoles, appProfiles],
    },
    {
      words: 'give those roles, and the one of the runner, to instances',
      actions: ['iam:PassRole'],
      resources: [appRoles, runnerRole],
      conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    },
  ],
  edge: [
    {
      words: 'create distributions of CloudFront that carry the tag slipway:managed',
      actions: ['cloudfront:CreateDistribution'],
      resources: edge('distribution/*'),
      conditions: { StringEquals: { 'aws:RequestTag/slipway:managed': 'true' } },
    },
    {
      words: 'tag what it creates at CloudFront',
      actions: ['cloudfront:TagResource'],
      resources: edge('distribution/*', 'function/slipway-*', 'key-value-store/*'),
      conditions: { StringEquals: { 'aws:RequestTag/slipway:managed': 'true' } },
    },
    {
      words: 'change and delete distributions that carry the tag slipway:managed',
      actions: ['cloudfront:UpdateDistribution', 'cloudfront:DeleteDistribution', 'cloudfront:UntagResource'],
      resources: edge('distribution/*'),
      conditions: ours,
    },
    {
      words: 'create, change and delete functions of CloudFront whose name starts with slipway-',
      actions: [
        'cloudfront:CreateFunction',
        'cloudfront:DescribeFunction',
        'cloudfront:GetFunction',
        'cloudfront:PublishFunction',
        'cloudfront:UpdateFunction',
        'cloudfront:DeleteFunction',
      ],
      resources: edge('function/slipway-*'),
    },
    {
      // AWS chooses their ids, and does not say that rights on them may ask for tags: that they are ours, only the stack
      // in which they are says.
      words:
        'create, change and delete key-value stores and cache policies, and change and delete origin access controls',
      actions: [
        'cloudfront:CreateKeyValueStore',
        'cloudfront:DescribeKeyValueStore',
        'cloudfront:UpdateKeyValueStore',
        'cloudfront:DeleteKeyValueStore',
        'cloudfront:GetOriginAccessControl',
        'cloudfront:UpdateOriginAccessControl',
        'cloudfront:DeleteOriginAccessControl',
        'cloudfront:CreateCachePolicy',
        'cloudfront:GetCachePolicy',
        'cloudfront:UpdateCachePolicy',
        'cloudfront:DeleteCachePolicy',
      ],
      resources: edge('key-value-store/*', 'origin-access-control/*', 'cache-policy/*'),
    },
    {
      // Of no resource but all, as AWS has it.
      words: 'create origin access controls',
      actions: ['cloudfront:CreateOriginAccessControl'],
      resources: ['*'],
    },
    {
      words:
        'see distributions, and the tags of what it made, which CloudFormation needs to follow its own work',
      actions: [
        'cloudfront:GetDistribution',
        'cloudfront:GetDistributionConfig',
        'cloudfront:ListTagsForResource',
      ],
      resources: edge('distribution/*', 'function/slipway-*', 'key-value-store/*'),
    },
    {
      words: 'ask for certificates that carry the tag slipway:managed',
      actions: ['acm:RequestCertificate'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestTag/slipway:managed': 'true' } },
    },
    {
      words: 'tag them while it asks for them',
      actions: ['acm:AddTagsToCertificate'],
      resources: [certificates],
      conditions: { StringEquals: { 'aws:RequestTag/slipway:managed': 'true' } },
    },
    {
      words: 'see certificates and their tags',
      actions: ['acm:DescribeCertificate', 'acm:ListTagsForCertificate'],
      resources: [certificates],
    },
    {
      words: 'delete certificates that carry the tag slipway:managed',
      actions: ['acm:DeleteCertificate', 'acm:RemoveTagsFromCertificate'],
      resources: [certificates],
      conditions: ours,
    },
  ],
}

/** Holds for `cfn` whatever else allows it. */
export const cfnNever: readonly Grant[] = [
  {
    words: 'loosen the boundary, change who may assume a role, or make users, keys or passwords',
    actions: [
      'iam:DeleteRolePermissionsBoundary',
      'iam:AttachRolePolicy',
      'iam:UpdateAssumeRolePolicy',
      'iam:CreatePolicy',
      'iam:CreatePolicyVersion',
      'iam:SetDefaultPolicyVersion',
      'iam:DeletePolicy',
      'iam:DeletePolicyVersion',
      'iam:CreateUser',
      'iam:CreateAccessKey',
      'iam:CreateLoginProfile',
    ],
    resources: ['*'],
  },
]

/** The most that any role of an app, of a runner or of a build step can ever do, whatever is attached to it. */
export const boundaryGrants: readonly Grant[] = [
  {
    words: 'use objects in the buckets that Slipway made in your account',
    actions: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
    resources: [bucket, `${bucket}/*`],
    conditions: inThisAccount,
  },
  {
    words: "read the apps' own secrets below /slipway/",
    actions: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
    resources: [parameters],
  },
  {
    words: 'assume roles of apps and of steps',
    actions: ['sts:AssumeRole'],
    resources: [appRoles, stepRoles],
  },
]

/** Of a runner: it fetches the agent and puts releases, and cannot touch what hosts start from. */
export const runner: readonly Grant[] = [
  {
    words: 'fetch the agent',
    actions: ['s3:GetObject'],
    resources: [`${bucket}/slipway/*`],
    conditions: inThisAccount,
  },
  {
    words: 'put the releases that it built',
    actions: ['s3:GetObject', 's3:PutObject'],
    resources: [`${bucket}/environments/*/releases/*`],
    conditions: inThisAccount,
  },
  {
    words: 'keep files of a step for later ones, and fetch them',
    actions: ['s3:GetObject', 's3:PutObject'],
    resources: [`${bucket}/${artifactPrefix}*`],
    conditions: inThisAccount,
  },
  {
    words: 'lay out the files of sites',
    actions: ['s3:PutObject'],
    resources: [`${bucket}/${sitesPrefix}*`],
    conditions: inThisAccount,
  },
  {
    words: 'list what lies in the bucket',
    actions: ['s3:ListBucket'],
    resources: [bucket],
    conditions: inThisAccount,
  },
  {
    words: 'assume the role of the stage that a step was given',
    actions: ['sts:AssumeRole'],
    resources: [stepRoles],
  },
]

/** Of an environment's host: its own prefix of the bucket, its own secrets, its own pointer and logs. */
export function hostGrants(bucketArn: string, prefix: string, parameterArn: string): readonly Grant[] {
  return [
    {
      words: 'fetch the agent and the releases of its environment',
      actions: ['s3:GetObject'],
      resources: [`${bucketArn}/slipway/*`, `${bucketArn}/${prefix}*`],
      conditions: inThisAccount,
    },
    {
      words: 'write down which release runs, and its logs',
      actions: ['s3:PutObject'],
      resources: [`${bucketArn}/${prefix}current.json`, `${bucketArn}/${prefix}logs/*`],
      conditions: inThisAccount,
    },
    {
      words: 'list its own part of the bucket',
      actions: ['s3:ListBucket'],
      resources: [bucketArn],
      conditions: {
        StringEquals: { 'aws:ResourceAccount': account },
        StringLike: { 's3:prefix': [`${prefix}*`, 'slipway/*'] },
      },
    },
    {
      words: 'read the secrets of its environment',
      actions: ['ssm:GetParameter', 'ssm:GetParameters'],
      resources: [parameterArn],
    },
  ]
}

import { artifactPrefix, sitesPrefix } from '../names.ts'
import {
  adapterLayer,
  balancing,
  bucket,
  certificates,
  cfnRole,
  ec2,
  edge,
  functionLogs,
  functions,
  type Grant,
  groups,
  inThisAccount,
  ours,
  parameters,
  snapshots,
  stacks,
} from './grant.ts'

/** What a session is for. A session of one purpose can do nothing of another's. */
export const purposes = ['observe', 'stack', 'operate', 'snapshot', 'artifact', 'function'] as const
export type Purpose = (typeof purposes)[number]

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
      words: 'read what functions below /slipway/ have printed',
      actions: ['logs:FilterLogEvents'],
      resources: [functionLogs],
    },
    {
      words: 'see groups of instances',
      actions: ['autoscaling:DescribeAutoScalingGroups'],
      resources: ['*'],
    },
    {
      words: 'see what proves the certificates of sites and clusters',
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
      words: 'see which hosts a load balancer sends visitors to',
      actions: ['elasticloadbalancing:DescribeTargetHealth'],
      resources: ['*'],
    },
    {
      words: 'take hosts of a cluster out of its load balancer for a deployment, and put them back',
      actions: ['elasticloadbalancing:RegisterTargets', 'elasticloadbalancing:DeregisterTargets'],
      resources: balancing('targetgroup'),
    },
    {
      words: 'keep a group of instances from replacing hosts while a deployment is under way',
      actions: ['autoscaling:SuspendProcesses', 'autoscaling:ResumeProcesses'],
      resources: [groups],
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
  snapshot: [
    {
      words: 'take snapshots of disks that carry the tag slipway:managed',
      actions: ['ec2:CreateSnapshot'],
      resources: ec2('volume'),
      conditions: ours,
    },
    {
      // A snapshot's ARN has no account. It must be tagged as ours while it is made.
      words: 'make those snapshots, tagged slipway:managed',
      actions: ['ec2:CreateSnapshot'],
      resources: snapshots,
      conditions: { StringEquals: { 'aws:RequestTag/slipway:managed': 'true' } },
    },
    {
      words: 'tag a snapshot while it takes it',
      actions: ['ec2:CreateTags'],
      resources: snapshots,
      conditions: { StringEquals: { 'ec2:CreateAction': 'CreateSnapshot' } },
    },
    {
      words: 'delete snapshots that carry the tag slipway:managed',
      actions: ['ec2:DeleteSnapshot'],
      resources: snapshots,
      conditions: ours,
    },
    {
      words: 'see snapshots',
      actions: ['ec2:DescribeSnapshots'],
      resources: ['*'],
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
  function: [
    {
      words: 'give functions whose name starts with slipway- a new release, and say which one is live',
      actions: [
        'lambda:GetFunctionConfiguration',
        'lambda:UpdateFunctionConfiguration',
        'lambda:UpdateFunctionCode',
        'lambda:PublishVersion',
        'lambda:ListVersionsByFunction',
        'lambda:GetAlias',
        'lambda:UpdateAlias',
      ],
      resources: [functions, `${functions}:*`],
    },
    {
      // Lambda asks it of whoever names the object or the layer.
      words: 'let those functions have a release from the bucket, and the AWS Lambda Web Adapter',
      actions: ['s3:GetObject'],
      resources: [`${bucket}/environments/*/releases/*`],
      conditions: inThisAccount,
    },
    {
      words: 'let those functions have a release from the bucket, and the AWS Lambda Web Adapter',
      actions: ['lambda:GetLayerVersion'],
      resources: [`${adapterLayer}:*`],
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

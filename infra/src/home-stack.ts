import * as iam from 'aws-cdk-lib/aws-iam'
import * as s3 from 'aws-cdk-lib/aws-s3'
import * as sqs from 'aws-cdk-lib/aws-sqs'
import {
  type App,
  CfnDeletionPolicy,
  CfnOutput,
  CfnParameter,
  LegacyStackSynthesizer,
  Stack,
} from 'aws-cdk-lib/core'
import { announceTopicName } from './announce-stack.ts'

const homeRegion = 'us-east-1'

/** A message is kept so long while every worker is away; the stack that sent it has given up long before. */
const messageSecondsMax = 4 * 86_400

/**
 * Once for the installation: the queue that all topics deliver to, the bucket that CloudFormation fetches the
 * connect template from, and the worker's role, the one principal that customers' roles trust.
 */
export function homeStack(app: App): Stack {
  const stack = new Stack(app, 'slipway-home', {
    env: { region: homeRegion },
    synthesizer: new LegacyStackSynthesizer(),
    description: 'Slipway: queue of announcements, bucket of the connect template, role of the worker.',
  })
  const queue = makeQueue(stack)
  const bucket = makeTemplateBucket(stack)
  const role = makeWorkerRole(stack, queue)
  const output = (name: string, description: string, value: string) =>
    new CfnOutput(stack, name, { description, value })
  output('AnnounceQueueUrl', 'ANNOUNCE_QUEUE_URL', queue.ref)
  output('AnnounceQueueArn', 'parameter QueueArn of each stack slipway-announce-<region>', queue.attrArn)
  output('TemplateUrl', 'TEMPLATE_URL', `https://${bucket.ref}.s3.amazonaws.com/connect/template.json`)
  output('WorkerRoleArn', 'PLATFORM_PRINCIPAL', role.attrArn)
  output('PlatformAccount', 'PLATFORM_ACCOUNT', stack.account)
  return stack
}

function makeQueue(stack: Stack): sqs.CfnQueue {
  const queue = new sqs.CfnQueue(stack, 'AnnounceQueue', {
    queueName: announceTopicName,
    messageRetentionPeriod: messageSecondsMax,
    receiveMessageWaitTimeSeconds: 20,
    visibilityTimeout: 60,
    sqsManagedSseEnabled: true,
  })
  new sqs.CfnQueuePolicy(stack, 'AnnounceQueuePolicy', {
    queues: [queue.ref],
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'OnlyOurTopics',
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: queue.attrArn,
          Condition: {
            ArnLike: { 'aws:SourceArn': `arn:aws:sns:*:${stack.account}:${announceTopicName}` },
          },
        },
      ],
    },
  })
  return queue
}

/** CloudFormation fetches the template with the customer's own rights, so that it is readable by all. */
function makeTemplateBucket(stack: Stack): s3.CfnBucket {
  const bucket = new s3.CfnBucket(stack, 'TemplateBucket', {
    versioningConfiguration: { status: 'Enabled' },
    ownershipControls: { rules: [{ objectOwnership: 'BucketOwnerEnforced' }] },
    publicAccessBlockConfiguration: {
      blockPublicAcls: true,
      ignorePublicAcls: true,
      blockPublicPolicy: false,
      restrictPublicBuckets: false,
    },
  })
  bucket.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN
  bucket.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
  new s3.CfnBucketPolicy(stack, 'TemplateBucketPolicy', {
    bucket: bucket.ref,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'TemplatesArePublic',
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:GetObject',
          Resource: `arn:aws:s3:::${bucket.ref}/connect/*`,
        },
      ],
    },
  })
  return bucket
}

function makeWorkerRole(stack: Stack, queue: sqs.CfnQueue): iam.CfnRole {
  const runsOn = new CfnParameter(stack, 'WorkerService', {
    type: 'String',
    default: 'ecs-tasks.amazonaws.com',
    allowedValues: ['ecs-tasks.amazonaws.com', 'ec2.amazonaws.com'],
    description: 'Where the worker runs.',
  })
  const zone = new CfnParameter(stack, 'AppsZoneId', {
    type: 'AWS::Route53::HostedZone::Id',
    description: 'Hosted zone in which services get their names (APPS_ZONE_ID).',
  })
  return new iam.CfnRole(stack, 'Worker', {
    roleName: 'slipway-worker',
    description: 'Of the worker: the only principal that may enter customers accounts.',
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: runsOn.valueAsString }, Action: 'sts:AssumeRole' },
      ],
    },
    policies: [
      {
        policyName: 'worker',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'EnterCustomersAccounts',
              Effect: 'Allow',
              Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
              Resource: 'arn:aws:iam::*:role/slipway/control-*',
            },
            {
              Sid: 'NeverOurOwn',
              Effect: 'Deny',
              Action: 'sts:AssumeRole',
              Resource: `arn:aws:iam::${stack.account}:role/*`,
            },
            {
              Sid: 'Announcements',
              Effect: 'Allow',
              Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
              Resource: queue.attrArn,
            },
            {
              Sid: 'NamesOfServices',
              Effect: 'Allow',
              Action: ['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets'],
              Resource: `arn:aws:route53:::hostedzone/${zone.valueAsString}`,
            },
          ],
        },
      },
    ],
  })
}

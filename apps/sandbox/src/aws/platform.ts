import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import {
  CreateHostedZoneCommand,
  ListHostedZonesByNameCommand,
  Route53Client,
} from '@aws-sdk/client-route-53'
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns'
import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { z } from 'zod'
import { platformAccount } from '../parts/emulator.ts'
import { asRoot } from './accounts.ts'

const platform = z.object({
  account: z.string(),
  principal: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  announceTopicArn: z.string(),
  announceQueueUrl: z.string(),
  zoneId: z.string(),
  templateUrl: z.string(),
})

/** What Slipway's own account holds in the emulator, as `infra/` makes it on AWS. */
export type Platform = z.infer<typeof platform>

const region = 'us-east-1'
const user = 'slipway-worker'
const bucket = `slipway-templates-${platformAccount}`

/**
 * Makes Slipway's own account ready: the worker's user with its few rights, topic and queue of the announcement, the
 * public bucket of the connect template, the zone that apps get their names in. Safe to repeat: what is there stays,
 * and the template is written anew.
 */
export async function seedPlatform(options: {
  state: string
  emulatorUrl: string
  appsDomain: string
  template: string
}): Promise<Platform> {
  const root = asRoot(options.emulatorUrl, platformAccount, region)
  const file = join(options.state, 'platform.json')
  const [announce, zoneId, templateUrl] = await Promise.all([
    makeAnnouncement(root),
    makeZone(root, options.appsDomain),
    putTemplate(root, options.template),
  ])
  const policy = workerPolicy(announce.queueArn, zoneId)
  const key = await makeWorker(root, policy, readKey(file))
  const seeded: Platform = {
    account: platformAccount,
    principal: `arn:aws:iam::${platformAccount}:user/${user}`,
    region,
    ...key,
    announceTopicArn: announce.topicArn,
    announceQueueUrl: announce.queueUrl,
    zoneId,
    templateUrl,
  }
  mkdirSync(options.state, { recursive: true })
  writeFileSync(file, JSON.stringify(seeded), { mode: 0o600 })
  return seeded
}

type Root = ReturnType<typeof asRoot>

function workerPolicy(queueArn: string, zoneId: string): object {
  const queue = [
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:ChangeMessageVisibility',
    'sqs:GetQueueAttributes',
  ]
  const names = [
    'route53:ChangeResourceRecordSets',
    'route53:ListResourceRecordSets',
    'route53:GetHostedZone',
  ]
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
        Resource: 'arn:aws:iam::*:role/slipway/*',
      },
      { Effect: 'Allow', Action: queue, Resource: queueArn },
      { Effect: 'Allow', Action: names, Resource: `arn:aws:route53:::hostedzone/${zoneId}` },
      { Effect: 'Allow', Action: 'route53:GetChange', Resource: '*' },
    ],
  }
}

type Key = { accessKeyId: string; secretAccessKey: string }

function readKey(file: string): Key | undefined {
  try {
    return platform.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

async function makeWorker(root: Root, policy: object, known: Key | undefined): Promise<Key> {
  const iam = new IAMClient(root)
  const isNew = await iam
    .send(new CreateUserCommand({ UserName: user }))
    .then(() => true, unlessNamed('EntityAlreadyExistsException', false))
  const document = JSON.stringify(policy)
  await iam.send(new PutUserPolicyCommand({ UserName: user, PolicyName: 'worker', PolicyDocument: document }))
  if (known && !isNew) return { accessKeyId: known.accessKeyId, secretAccessKey: known.secretAccessKey }
  const { AccessKey: made } = await iam.send(new CreateAccessKeyCommand({ UserName: user }))
  return { accessKeyId: made?.AccessKeyId ?? '', secretAccessKey: made?.SecretAccessKey ?? '' }
}

async function makeAnnouncement(
  root: Root,
): Promise<{ topicArn: string; queueUrl: string; queueArn: string }> {
  const sns = new SNSClient(root)
  const sqs = new SQSClient(root)
  const { TopicArn: topicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'slipway-announce' }))
  const { QueueUrl: queueUrl = '' } = await sqs.send(
    new CreateQueueCommand({
      QueueName: 'slipway-announce',
      Attributes: { ReceiveMessageWaitTimeSeconds: '20', VisibilityTimeout: '60' },
    }),
  )
  const queueArn = `arn:aws:sqs:${region}:${platformAccount}:slipway-announce`
  const anyone = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sns:Publish', Resource: topicArn }
  const fromTopic = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
  }
  const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  const admits = { TopicArn: topicArn, AttributeName: 'Policy', AttributeValue: policy(anyone) }
  await sns.send(new SetTopicAttributesCommand(admits))
  const attributes = { QueueUrl: queueUrl, Attributes: { Policy: policy(fromTopic) } }
  await sqs.send(new SetQueueAttributesCommand(attributes))
  await sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn }))
  return { topicArn, queueUrl, queueArn }
}

async function makeZone(root: Root, domain: string): Promise<string> {
  const route53 = new Route53Client(root)
  const { HostedZones: found } = await route53.send(
    new ListHostedZonesByNameCommand({ DNSName: domain, MaxItems: 1 }),
  )
  const known = found?.find(({ Name }) => Name === `${domain}.`)
  const id =
    known?.Id ??
    (await route53.send(new CreateHostedZoneCommand({ Name: domain, CallerReference: domain }))).HostedZone
      ?.Id ??
    ''
  return id.replace('/hostedzone/', '')
}

/** Anyone may read it: CloudFormation fetches it as whichever customer launches it. */
async function putTemplate(root: Root, template: string): Promise<string> {
  const s3 = new S3Client({ ...root, forcePathStyle: true })
  await s3
    .send(new CreateBucketCommand({ Bucket: bucket }))
    .catch(unlessNamed('BucketAlreadyOwnedByYou', undefined))
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket: bucket }))
  const read = {
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${bucket}/*`,
  }
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [read] })
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }))
  const type = 'application/json'
  await s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: 'connect.json', Body: template, ContentType: type }),
  )
  return `${root.endpoint}/${bucket}/connect.json`
}

function unlessNamed<T>(name: string, instead: T): (problem: unknown) => T {
  return (problem) => {
    if (problem instanceof Error && problem.name === name) return instead
    throw problem
  }
}

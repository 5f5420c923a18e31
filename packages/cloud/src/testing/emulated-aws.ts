import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53'
import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns'
import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { CloudAccountId } from '@slipway/core'
import type { CloudConfig } from '../cloud-config.ts'
import { connectTemplate } from '../connect/template.ts'
import { connectStackName } from '../names.ts'

/**
 * For tests: the AWS emulator in a process of its own, Slipway's account set up as its deployment does it, and a
 * customer's administrator who launches the connect stack.
 */
export type EmulatedAws = {
  endpoint: string
  /** Where the data of volumes and snapshots lies. */
  folder: string
  config: CloudConfig
  /** Client settings of an account's root. */
  root(account: string): {
    endpoint: string
    region: string
    credentials: { accessKeyId: string; secretAccessKey: string }
  }
  /** Creates the connect stack, waits for its end and tells it. Another template is a tampered one. */
  launch(
    account: string,
    connection: { id: CloudAccountId; externalId: string },
    options?: { announce?: boolean; template?: unknown },
  ): Promise<string>
  remove(account: string, connection: CloudAccountId): Promise<void>
  stop(): Promise<void>
}

export const platformAccount = '111111111111'
const region = 'us-east-1'

export async function emulateAws(): Promise<EmulatedAws> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-cloud-test-'))
  const { child, endpoint } = await startEmulator(folder)
  const root = (account: string) => ({
    endpoint,
    region,
    credentials: { accessKeyId: account, secretAccessKey: 'root' },
  })
  const config = await setUpPlatform(endpoint, root(platformAccount))
  return {
    endpoint,
    folder,
    config,
    root,
    launch: (account, connection, options = {}) =>
      launch(new CloudFormationClient(root(account)), config, connection, options),
    async remove(account, connection) {
      const client = new CloudFormationClient(root(account))
      const StackName = connectStackName(connection)
      await client.send(new DeleteStackCommand({ StackName }))
      for (;;) {
        const gone = await client.send(new DescribeStacksCommand({ StackName })).then(
          () => false,
          () => true,
        )
        if (gone) return
        await moment()
      }
    },
    async stop() {
      child.kill('SIGTERM')
      await new Promise((resolve) => child.once('exit', resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startEmulator(folder: string): Promise<{ child: ChildProcess; endpoint: string }> {
  const program = fileURLToPath(
    new URL('../../../../apps/sandbox/src/parts/run-emulator.ts', import.meta.url),
  )
  const child = spawn(process.execPath, [program, '0', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const endpoint = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const [, url] = /^emulator (http\S+)/.exec(line) ?? []
      if (url) resolve(url)
    })
    child.once('exit', (code) => reject(new Error(`the emulator ended with ${code}`)))
  })
  return { child, endpoint }
}

/** What infra/ describes, made by calls: a user that may only assume, the topic, the queue behind it. */
async function setUpPlatform(endpoint: string, root: ReturnType<EmulatedAws['root']>): Promise<CloudConfig> {
  const iam = new IAMClient(root)
  const UserName = 'slipway-worker'
  await iam.send(new CreateUserCommand({ UserName }))
  const queueArn = `arn:aws:sqs:${region}:${platformAccount}:slipway-announce`
  await iam.send(
    new PutUserPolicyCommand({
      UserName,
      PolicyName: 'worker',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
            Resource: 'arn:aws:iam::*:role/slipway/*',
          },
          { Effect: 'Allow', Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], Resource: queueArn },
          {
            Effect: 'Allow',
            Action: ['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets'],
            Resource: '*',
          },
        ],
      }),
    }),
  )
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  const sns = new SNSClient(root)
  const sqs = new SQSClient(root)
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'slipway-announce' }))
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'slipway-announce' }))
  const allow = (Principal: unknown, Action: string, Resource: string, Condition?: unknown) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal, Action, Resource, ...(Condition !== undefined && { Condition }) },
      ],
    })
  await sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl,
      Attributes: {
        Policy: allow({ Service: 'sns.amazonaws.com' }, 'sqs:SendMessage', queueArn, {
          ArnEquals: { 'aws:SourceArn': TopicArn },
        }),
      },
    }),
  )
  await sns.send(
    new SetTopicAttributesCommand({
      TopicArn,
      AttributeName: 'Policy',
      AttributeValue: allow({ AWS: '*' }, 'sns:Publish', TopicArn),
    }),
  )
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn }))
  const { HostedZone } = await new Route53Client(root).send(
    new CreateHostedZoneCommand({ Name: 'apps.example', CallerReference: 'test' }),
  )
  return {
    awsRegion: region,
    awsEndpoint: endpoint,
    credentials: { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' },
    platformAccount,
    platformPrincipal: `arn:aws:iam::${platformAccount}:user/${UserName}`,
    announceTopicArn: TopicArn,
    announceQueueUrl: QueueUrl,
    announceResponseOrigins: [endpoint],
    templateUrl: 'https://templates.example/connect.json',
    consoleUrl: 'https://console.example',
    appsZoneId: HostedZone?.Id?.replace('/hostedzone/', '') ?? '',
    appsDomain: 'apps.example',
    hostEndpoint: 'ws://127.0.0.1:4700/agent',
    hostAwsEndpoint: endpoint,
    agent: {
      programPaths: [fileURLToPath(new URL('../../../../apps/agent/bundle.mjs', import.meta.url))],
      bootstrapPath: fileURLToPath(new URL('../../../../apps/agent/bootstrap.sh', import.meta.url)),
    },
  }
}

async function launch(
  client: CloudFormationClient,
  config: CloudConfig,
  connection: { id: CloudAccountId; externalId: string },
  { announce = true, template = connectTemplate() }: { announce?: boolean; template?: unknown },
): Promise<string> {
  const parameters = {
    ConnectionId: connection.id,
    ExternalId: connection.externalId,
    SlipwayAccount: config.platformAccount,
    SlipwayPrincipal: config.platformPrincipal,
    AnnounceTopic: announce ? config.announceTopicArn : '',
  }
  const StackName = connectStackName(connection.id)
  await client.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: JSON.stringify(template),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    }),
  )
  for (;;) {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }))
    const status = Stacks?.[0]?.StackStatus ?? ''
    if (status === 'CREATE_COMPLETE') return status
    if (!status.endsWith('_IN_PROGRESS')) {
      const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName }))
      const failed = (StackEvents ?? []).filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'))
      return `${status} ${failed.map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`).join('; ')}`
    }
    await moment()
  }
}

const moment = () => new Promise((resolve) => setTimeout(resolve, 50))

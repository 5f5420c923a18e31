import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asRoot } from '../aws/accounts.ts'
import { projectFolder } from '../config.ts'
import { type Emulator, startEmulator } from './emulator.ts'
import { installPythonTools } from './python-tools.ts'
import { freePort } from './ready.ts'

const customer = '222222222222'
const ours = '111111111111'
const state = mkdtempSync(join(tmpdir(), 'slipway-emulator-test-'))
let emulator: Emulator
let worker: { accessKeyId: string; secretAccessKey: string }

beforeAll(async () => {
  const tools = await installPythonTools(join(projectFolder, '.local'))
  emulator = await startEmulator({ state, port: await freePort(), tools })
  emulator.events?.resume()
  const iam = new IAMClient(asRoot(emulator.url, ours))
  await iam.send(new CreateUserCommand({ UserName: 'worker' }))
  const statement = {
    Effect: 'Allow',
    Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
    Resource: 'arn:aws:iam::*:role/slipway/*',
  }
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await iam.send(
    new PutUserPolicyCommand({ UserName: 'worker', PolicyName: 'assume', PolicyDocument: document }),
  )
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'worker' }))
  worker = { accessKeyId: key?.AccessKeyId ?? '', secretAccessKey: key?.SecretAccessKey ?? '' }
  await stack('roles', roles)
}, 120_000)

afterAll(async () => {
  await emulator.stop()
  rmSync(state, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

const trusting = (statement: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', ...statement }],
})
const inline = (name: string, action: string[], more: object = {}) => ({
  PolicyName: name,
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: '*', ...more }],
  },
})
const ourPrincipal = { AWS: `arn:aws:iam::${ours}:root` }

const roles = {
  Resources: {
    Boundary: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        ManagedPolicyName: 'boundary',
        PolicyDocument: inline('x', ['s3:*', 'ec2:*', 'iam:PassRole']).PolicyDocument,
      },
    },
    Control: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'control',
        Path: '/slipway/',
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: ourPrincipal,
              Action: 'sts:AssumeRole',
              Condition: { StringEquals: { 'sts:ExternalId': 'right' } },
            },
            { Effect: 'Allow', Principal: ourPrincipal, Action: ['sts:TagSession', 'sts:SetSourceIdentity'] },
          ],
        },
        Policies: [inline('read', ['ec2:DescribeInstances'])],
      },
    },
    Service: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'service',
        AssumeRolePolicyDocument: trusting({
          Principal: { Service: 'cloudformation.amazonaws.com' },
          Action: 'sts:AssumeRole',
        }),
        Policies: [
          inline('make', [
            'ec2:CreateVpc',
            'ec2:CreateInternetGateway',
            'ec2:CreateTags',
            'sqs:*',
            'iam:PassRole',
          ]),
          inline('change', ['ec2:AttachInternetGateway', 'ec2:DeleteVpc', 'ec2:DeleteInternetGateway'], {
            Condition: { StringEquals: { 'aws:ResourceTag/managed': 'true' } },
          }),
        ],
      },
    },
    Bounded: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'bounded',
        PermissionsBoundary: { Ref: 'Boundary' },
        AssumeRolePolicyDocument: trusting({ Principal: ourPrincipal, Action: 'sts:AssumeRole' }),
        Policies: [inline('all', ['ec2:*', 'iam:ListRoles'])],
      },
    },
    HostRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'host',
        AssumeRolePolicyDocument: trusting({
          Principal: { Service: 'ec2.amazonaws.com' },
          Action: 'sts:AssumeRole',
        }),
      },
    },
    Profile: {
      Type: 'AWS::IAM::InstanceProfile',
      Properties: { InstanceProfileName: 'host', Roles: [{ Ref: 'HostRole' }] },
    },
    Template: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: {
        LaunchTemplateName: 'runner',
        LaunchTemplateData: {
          InstanceType: 't3.large',
          IamInstanceProfile: { Name: 'host' },
          TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'from', Value: 'template' }] }],
        },
      },
    },
  },
}

const roleArn = (name: string) => `arn:aws:iam::${customer}:role/${name}`

async function assume(role: string, more: object = {}) {
  const sts = new STSClient({ ...asRoot(emulator.url, ours), credentials: worker })
  const asked = { RoleArn: roleArn(role), RoleSessionName: 'test', DurationSeconds: 900, ...more }
  const { Credentials: given } = await sts.send(new AssumeRoleCommand(asked))
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  }
}

async function stack(
  name: string,
  template: object,
  more: object = {},
): Promise<{ status: string; reasons: string[] }> {
  const client = new CloudFormationClient(asRoot(emulator.url, customer))
  const body = { StackName: name, TemplateBody: JSON.stringify(template) }
  await client.send(new CreateStackCommand({ ...body, Capabilities: ['CAPABILITY_NAMED_IAM'], ...more }))
  for (;;) {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }))
    const status = Stacks?.[0]?.StackStatus ?? ''
    if (!status.endsWith('IN_PROGRESS')) {
      const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: name }))
      const failed = (StackEvents ?? []).filter(({ ResourceStatus }) => ResourceStatus?.endsWith('FAILED'))
      return { status, reasons: failed.map(({ ResourceStatusReason }) => ResourceStatusReason ?? '') }
    }
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}

test('a role opens with its ExternalId and stays shut without it, with a wrong one, and beside its path', async () => {
  const credentials = await assume('slipway/control', { ExternalId: 'right', SourceIdentity: 'org' })
  const session = new STSClient({ ...asRoot(emulator.url, customer), credentials })
  expect((await session.send(new GetCallerIdentityCommand({}))).Arn).toContain('assumed-role/control/test')
  await expect(assume('slipway/control')).rejects.toThrow(/not authorized/)
  await expect(assume('slipway/control', { ExternalId: 'wrong' })).rejects.toThrow(/not authorized/)
  await expect(assume('bounded')).rejects.toThrow(/not authorized/)
})

test('a session lasts at least a quarter of an hour and at most as long as its role says', async () => {
  const right = { ExternalId: 'right' }
  await expect(assume('slipway/control', { ...right, DurationSeconds: 899 })).rejects.toThrow(/equal to 900/)
  await expect(assume('slipway/control', { ...right, DurationSeconds: 7200 })).rejects.toThrow(
    /MaxSessionDuration/,
  )
})

test('only a body gets the credentials of a role that trusts EC2, and of no other', async () => {
  const as = (account: string, role: string, name: string) =>
    new STSClient(asRoot(emulator.url, account)).send(
      new AssumeRoleCommand({ RoleArn: roleArn(role), RoleSessionName: name }),
    )
  expect(await as(customer, 'host', 'i-0123456789abcdef0')).toBeTruthy()
  await expect(as('333333333333', 'host', 'i-0123456789abcdef0')).rejects.toThrow(/not authorized/)
  await expect(as(customer, 'service', 'i-0123456789abcdef0')).rejects.toThrow(/not authorized/)
})

const network = (tags: object[]) => ({
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.9.0.0/16', Tags: tags } },
    Gateway: { Type: 'AWS::EC2::InternetGateway', Properties: { Tags: tags } },
    Attachment: {
      Type: 'AWS::EC2::VPCGatewayAttachment',
      Properties: { VpcId: { Ref: 'Vpc' }, InternetGatewayId: { Ref: 'Gateway' } },
    },
  },
})

test('a stack makes what its service role allows, resource tags included', async () => {
  const tagged = network([{ Key: 'managed', Value: 'true' }])
  const made = await stack('tagged', tagged, { RoleARN: roleArn('service') })
  expect(made).toEqual({ status: 'CREATE_COMPLETE', reasons: [] })
  const refused = await stack('bare', network([]), { RoleARN: roleArn('service') })
  expect(refused.status).toMatch(/^ROLLBACK/)
  expect(refused.reasons.join('\n')).toContain('is not authorized to perform: ec2:AttachInternetGateway')
})

test('a role that CloudFormation may not assume is refused for a stack', async () => {
  await expect(stack('wrong-role', network([]), { RoleARN: roleArn('host') })).rejects.toThrow(
    /cannot be assumed/,
  )
})

test('a reference to nothing is a validation error', async () => {
  const wrong = { Resources: { A: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: { Ref: 'Nothing' } } } } }
  await expect(stack('reference', wrong)).rejects.toThrow(/Unresolved resource dependencies \[Nothing\]/)
})

test('a launch template gives an instance its type, profile and tags', async () => {
  const ec2 = new EC2Client(asRoot(emulator.url, customer))
  const LaunchTemplate = { LaunchTemplateName: 'runner' }
  await ec2.send(new RunInstancesCommand({ ImageId: 'ami-1', MinCount: 1, MaxCount: 1, LaunchTemplate }))
  const Filters = [{ Name: 'tag:from', Values: ['template'] }]
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ Filters }))
  expect(Reservations?.flatMap(({ Instances }) => Instances ?? [])).toMatchObject([
    { InstanceType: 't3.large', IamInstanceProfile: { Arn: expect.stringContaining('/host') } },
  ])
})

test('the images on offer are those that this machine can run', async () => {
  const ec2 = new EC2Client(asRoot(emulator.url, customer))
  const { Images } = await ec2.send(
    new DescribeImagesCommand({
      Owners: ['amazon'],
      Filters: [{ Name: 'name', Values: ['al2023-ami-2023.*'] }],
    }),
  )
  const own = process.arch === 'arm64' ? 'arm64' : 'x86_64'
  expect(Images?.map(({ Architecture }) => Architecture)).toEqual([own])
})

test('a quota that was set refuses what goes beyond it', async () => {
  const limit = [{ account: '444444444444', service: 'ec2', code: 'L-1216C47A', value: 2 }]
  await fetch(`${emulator.url}/_ext/quotas`, { method: 'POST', body: JSON.stringify(limit) })
  const ec2 = new EC2Client(asRoot(emulator.url, '444444444444'))
  const run = () =>
    ec2.send(
      new RunInstancesCommand({ ImageId: 'ami-1', MinCount: 1, MaxCount: 1, InstanceType: 't3.micro' }),
    )
  expect(await run()).toBeTruthy()
  await expect(run()).rejects.toThrow(/vCPU limit of 2/)
})

test('every resource that was made is known to the table of actions', () => {
  const log = readFileSync(join(state, 'logs/emulator.log'), 'utf8')
  expect(log).not.toContain('no action known, not checked')
})

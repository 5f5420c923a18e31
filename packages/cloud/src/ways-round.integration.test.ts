import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
} from '@aws-sdk/client-cloudformation'
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateTagsCommand,
  EC2Client,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRolePermissionsBoundaryCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  SetDefaultPolicyVersionCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { stoppedClock } from '@slipway/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionOf } from './account.ts'
import { boundaryArn, cfnRoleArn, controlRoleName } from './names.ts'
import { purposes } from './permissions/control.ts'
import { applyStack } from './stacks/apply-stack.ts'
import { exampleStacks } from './synth/example-stacks.ts'
import { askLambda } from './testing/ask-lambda.ts'
import { type ConnectedAccount, connectAccount } from './testing/connected-account.ts'

// The known ways round a permissions boundary and round a scoped role, each tried and refused. "cfn" is what a
// template of ours could do at most, "control" what Slipway itself can.
let on: ConnectedAccount
let asCfn: { iam: IAMClient; ec2: EC2Client; cloudFormation: CloudFormationClient; credentials: Credentials }
let asControl: {
  cloudFormation: CloudFormationClient
  ec2: EC2Client
  ssm: SSMClient
  stack: CloudFormationClient
  credentials: Credentials
}
let foreignInstance: string
let boundary: string
type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
const trustEc2 = trust({ Service: 'ec2.amazonaws.com' })
// An archive of nothing: the end of a central directory, and that is all.
const code = { ZipFile: Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex').toString('base64') }
const template = JSON.stringify({ Resources: { Q: { Type: 'AWS::SQS::Queue' } } })

beforeAll(async () => {
  on = await connectAccount(stoppedClock(new Date()))
  const root = on.aws.root(on.account)
  boundary = boundaryArn(on.account, on.cloudAccountId)
  const credentials = await assumeByRoot(cfnRoleArn(on.account, on.cloudAccountId))
  asCfn = {
    iam: new IAMClient({ ...root, credentials }),
    ec2: new EC2Client({ ...root, credentials }),
    cloudFormation: new CloudFormationClient({ ...root, credentials }),
    credentials,
  }
  const connection = await on.db.inOrganisation(on.organisationId, (tx) =>
    connectionOf(tx, on.cloudAccountId),
  )
  const operate = await on.cloud.sessions.clients(connection, 'operate', root.region)
  const stack = await on.cloud.sessions.clients(connection, 'stack', root.region)
  asControl = {
    cloudFormation: operate.cloudFormation,
    ec2: operate.ec2,
    ssm: operate.ssm,
    stack: stack.cloudFormation,
    credentials: await stack.cloudFormation.config.credentials(),
  }
  const owner = { iam: new IAMClient(root), ec2: new EC2Client(root) }
  await owner.iam.send(new CreateRoleCommand({ RoleName: 'theirs', AssumeRolePolicyDocument: trustEc2 }))
  await owner.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'theirs' }))
  await owner.iam.send(
    new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'theirs', RoleName: 'theirs' }),
  )
  await owner.ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'theirs',
      LaunchTemplateData: { InstanceType: 't3.micro' },
    }),
  )
  const { Instances } = await owner.ec2.send(
    new RunInstancesCommand({ ImageId: 'ami-0c2023a1b2c3d4e5f', MinCount: 1, MaxCount: 1 }),
  )
  foreignInstance = Instances?.[0]?.InstanceId ?? ''
  await askLambda(root, 'POST', '', functionOf('theirs'))
  await asCfn.iam.send(appRole('bounded', { PermissionsBoundary: boundary }))
})
afterAll(() => on?.close())

test('a role within the boundary and below the path may be made: the refusals below are not for want of a way', async () => {
  await asCfn.iam.send(appRole('also-bounded', { PermissionsBoundary: boundary }))
})

test.each<[string, () => Promise<unknown>]>([
  ['a role without the boundary', () => asCfn.iam.send(appRole('free', {}))],
  [
    'a role with another boundary',
    () =>
      asCfn.iam.send(
        appRole('other', { PermissionsBoundary: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
      ),
  ],
  [
    'a role outside the path',
    () => asCfn.iam.send(appRole('outside', { Path: '/', PermissionsBoundary: boundary })),
  ],
  [
    'the boundary taken off a role',
    () => asCfn.iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'bounded' })),
  ],
  [
    'the boundary exchanged for another',
    () =>
      asCfn.iam.send(
        new PutRolePermissionsBoundaryCommand({
          RoleName: 'bounded',
          PermissionsBoundary: 'arn:aws:iam::aws:policy/AdministratorAccess',
        }),
      ),
  ],
  [
    'a new default version of the boundary itself',
    () =>
      asCfn.iam.send(
        new CreatePolicyVersionCommand({
          PolicyArn: boundary,
          PolicyDocument: allowAll(),
          SetAsDefault: true,
        }),
      ),
  ],
  [
    'an older version of the boundary made the default',
    () => asCfn.iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: boundary, VersionId: 'v1' })),
  ],
  [
    'a trust changed to an outsider',
    () =>
      asCfn.iam.send(
        new UpdateAssumeRolePolicyCommand({
          RoleName: 'bounded',
          PolicyDocument: trust({ AWS: 'arn:aws:iam::999999999999:root' }),
        }),
      ),
  ],
  [
    'a policy attached to a role without the boundary',
    () =>
      asCfn.iam.send(
        new AttachRolePolicyCommand({
          RoleName: controlRoleName(on.cloudAccountId),
          PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
        }),
      ),
  ],
  [
    'a policy written into a role without the boundary',
    () =>
      asCfn.iam.send(
        new PutRolePolicyCommand({ RoleName: 'theirs', PolicyName: 'all', PolicyDocument: allowAll() }),
      ),
  ],
  ['a new user', () => asCfn.iam.send(new CreateUserCommand({ UserName: 'mallory' }))],
  [
    'a foreign role passed to an instance',
    () =>
      asCfn.ec2.send(
        new RunInstancesCommand({
          ImageId: 'ami-0c2023a1b2c3d4e5f',
          MinCount: 1,
          MaxCount: 1,
          IamInstanceProfile: { Name: 'theirs' },
        }),
      ),
  ],
  [
    'a foreign role passed to a function',
    () =>
      askLambda(
        { ...on.aws.root(on.account), credentials: asCfn.credentials },
        'POST',
        '',
        functionOf('ours'),
      ),
  ],
  [
    'other code for a foreign function',
    () =>
      askLambda({ ...on.aws.root(on.account), credentials: asCfn.credentials }, 'PUT', '/theirs/code', code),
  ],
  [
    'a foreign role passed to CloudFormation',
    () =>
      asCfn.cloudFormation.send(
        new CreateStackCommand({
          StackName: 'slipway-x',
          TemplateBody: template,
          RoleARN: `arn:aws:iam::${on.account}:role/theirs`,
        }),
      ),
  ],
  [
    'a new version of a foreign launch template',
    () =>
      asCfn.ec2.send(
        new CreateLaunchTemplateVersionCommand({ LaunchTemplateName: 'theirs', LaunchTemplateData: {} }),
      ),
  ],
  [
    'a foreign instance made ours by a tag',
    () =>
      asCfn.ec2.send(
        new CreateTagsCommand({
          Resources: [foreignInstance],
          Tags: [{ Key: 'slipway:managed', Value: 'true' }],
        }),
      ),
  ],
  [
    'a foreign instance ended',
    () => asCfn.ec2.send(new TerminateInstancesCommand({ InstanceIds: [foreignInstance] })),
  ],
  [
    'a stack by cfn itself',
    () =>
      asCfn.cloudFormation.send(new CreateStackCommand({ StackName: 'slipway-x', TemplateBody: template })),
  ],
])('cfn is refused %s', async (_, attempt) => {
  await expect(attempt()).rejects.toMatchObject({
    name: expect.stringMatching(/AccessDenied|UnauthorizedOperation/),
  })
})

test.each<[string, () => Promise<unknown>]>([
  [
    'a stack without the service role',
    () =>
      asControl.stack.send(
        new CreateChangeSetCommand({
          ...changeSet('slipway-x'),
          ChangeSetType: 'CREATE',
          TemplateBody: template,
        }),
      ),
  ],
  [
    'a stack made at once, with no change set and without the service role',
    () => asControl.stack.send(new CreateStackCommand({ StackName: 'slipway-x', TemplateBody: template })),
  ],
  [
    'things of others imported into a stack of ours',
    () =>
      asControl.stack.send(
        new CreateChangeSetCommand({
          ...changeSet('slipway-x'),
          ChangeSetType: 'IMPORT',
          TemplateBody: JSON.stringify({
            Resources: { B: { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain' } },
          }),
          RoleARN: cfnRoleArn(on.account, on.cloudAccountId),
          ResourcesToImport: [
            {
              ResourceType: 'AWS::S3::Bucket',
              LogicalResourceId: 'B',
              ResourceIdentifier: { BucketName: 'theirs' },
            },
          ],
        }),
      ),
  ],
  [
    'other code for a foreign function',
    () =>
      askLambda(
        { ...on.aws.root(on.account), credentials: asControl.credentials },
        'PUT',
        '/theirs/code',
        code,
      ),
  ],
  [
    'a stack with another role',
    () =>
      asControl.stack.send(
        new CreateChangeSetCommand({
          ...changeSet('slipway-x'),
          ChangeSetType: 'CREATE',
          TemplateBody: template,
          RoleARN: `arn:aws:iam::${on.account}:role/theirs`,
        }),
      ),
  ],
  [
    'a stack of another name',
    () =>
      asControl.stack.send(
        new CreateChangeSetCommand({
          ...changeSet('theirs'),
          ChangeSetType: 'CREATE',
          TemplateBody: template,
          RoleARN: cfnRoleArn(on.account, on.cloudAccountId),
        }),
      ),
  ],
  [
    'the stack that made it deleted',
    () =>
      asControl.stack.send(
        new DeleteStackCommand({
          StackName: `connect-slipway-${on.cloudAccountId.slice(-13)}`,
          RoleARN: cfnRoleArn(on.account, on.cloudAccountId),
        }),
      ),
  ],
  [
    'a foreign instance stopped',
    () => asControl.ec2.send(new StopInstancesCommand({ InstanceIds: [foreignInstance] })),
  ],
  ['a secret read', () => asControl.ssm.send(new GetParameterCommand({ Name: '/slipway/x/Y' }))],
  [
    'a parameter outside /slipway/ written',
    () => asControl.ssm.send(new PutParameterCommand({ Name: '/theirs', Value: 'x', Type: 'String' })),
  ],
  [
    "another purpose's work",
    () =>
      asControl.cloudFormation.send(
        new DeleteStackCommand({
          StackName: 'slipway-x',
          RoleARN: cfnRoleArn(on.account, on.cloudAccountId),
        }),
      ),
  ],
])('control is refused %s', async (_, attempt) => {
  await expect(attempt()).rejects.toMatchObject({
    name: expect.stringMatching(/AccessDenied|UnauthorizedOperation/),
  })
})

test('what is imported is refused for being imported: without it the same change set is taken', async () => {
  const asked = {
    ...changeSet('slipway-not-imported'),
    ChangeSetType: 'CREATE' as const,
    TemplateBody: template,
    RoleARN: cfnRoleArn(on.account, on.cloudAccountId),
  }
  await expect(asControl.stack.send(new CreateChangeSetCommand(asked))).resolves.toBeDefined()
})

test('a template with a role that trusts another account never leaves Slipway', async () => {
  const context = on.context()
  const outside = trust({ AWS: 'arn:aws:iam::999999999999:root' })
  const Properties = {
    Path: '/slipway/app/',
    PermissionsBoundary: boundary,
    AssumeRolePolicyDocument: JSON.parse(outside),
  }
  const evil = JSON.stringify({ Resources: { R: { Type: 'AWS::IAM::Role', Properties } } })
  const cloud = { ...on.cloud, synthesis: { ...on.cloud.synthesis, template: async () => evil } }
  const [request] = exampleStacks()
  if (!request) throw new Error('there is no example')
  await expect(applyStack({ ...context, cloud }, request)).rejects.toThrow('trusts more than EC2')
})

test.each(purposes)('STS takes the session of the purpose %s with its policy and tags', async (purpose) => {
  const connection = await on.db.inOrganisation(on.organisationId, (tx) =>
    connectionOf(tx, on.cloudAccountId),
  )
  await expect(on.cloud.sessions.clients(connection, purpose, 'ap-southeast-2')).resolves.toBeDefined()
})

function appRole(RoleName: string, more: { Path?: string; PermissionsBoundary?: string }) {
  return new CreateRoleCommand({
    RoleName,
    Path: '/slipway/app/',
    AssumeRolePolicyDocument: trustEc2,
    ...more,
  })
}

function functionOf(FunctionName: string) {
  const Role = `arn:aws:iam::${on.account}:role/theirs`
  return { FunctionName, Role, Runtime: 'nodejs22.x', Handler: 'index.handler', Code: code }
}

function changeSet(StackName: string) {
  return { StackName, ChangeSetName: 'c', Capabilities: ['CAPABILITY_NAMED_IAM' as const] }
}

function trust(Principal: unknown): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
  })
}

function allowAll(): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  })
}

/** The account's root stands in for CloudFormation, as the emulator lets it. */
async function assumeByRoot(RoleArn: string) {
  const { Credentials: given } = await new STSClient(on.aws.root(on.account)).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'AWSCloudFormation' }),
  )
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  }
}

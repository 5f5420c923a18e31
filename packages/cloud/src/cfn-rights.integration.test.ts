import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { asId, newId, stoppedClock } from '@slipway/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBase, readBase } from './base/ensure-base.ts'
import { baseStackName, boundaryArn, runnerProfileArn, runnerRoleName } from './names.ts'
import { cfn, cfnNever } from './permissions/cfn.ts'
import type { Grant } from './permissions/grant.ts'
import { policyFor } from './policy.ts'
import { buildTemplate } from './synth/build-template.ts'
import { type ConnectedAccount, connectAccount, untilEnded } from './testing/connected-account.ts'
import { liveAs, placeholder, readTemplate, type StackLife, type Template } from './testing/stack-life.ts'

// The role that CloudFormation acts with, without one of its actions after another: some stack of ours then fails
// for want of it. What only reads is not asked for by the emulator; that AWS asks for it is checked against AWS's
// own schemas by scripts/lint-policies.mjs.
const actions = [
  ...new Set(
    Object.values(cfn)
      .flat()
      .flatMap((grant) => grant.actions),
  ),
]
const notAskedHere = actions.filter(
  (action) =>
    /:(Describe|Get|List)/.test(action) ||
    // What AWS itself makes at the first load balancer or group of an account, the emulator does not know.
    ['iam:UntagRole', 'iam:CreateServiceLinkedRole'].includes(action),
)

let on: ConnectedAccount
let cloudFormation: CloudFormationClient
let iam: IAMClient
let lives: StackLife[]

beforeAll(async () => {
  on = await connectAccount(stoppedClock(new Date()))
  const root = on.aws.root(on.account)
  cloudFormation = new CloudFormationClient(root)
  iam = new IAMClient(root)
  await untilEnded(() => ensureBase(on.context()))
  lives = [
    baseLife(),
    ...(await livesOfInstances()),
    edgeLife(),
    siteLife(),
    ...livesOfFunctions(),
    await clusterLife(),
  ]
})
afterAll(() => on?.close())

test('every stack is made, changed, deleted and taken back with the actions that change something', async () => {
  expect(await refusedWithout(notAskedHere)).toEqual(lives.map(() => undefined))
})

test.concurrent.each(actions.filter((action) => !notAskedHere.includes(action)))(
  'without %s a stack of ours fails, for want of just that',
  async (action) => {
    const refused = (await refusedWithout([action])).filter((found) => found !== undefined)
    expect(new Set(refused)).toEqual(new Set([action]))
  },
)

/** What each stack was refused when the role lacks these actions; the first refusal ends it. */
async function refusedWithout(missing: readonly string[]): Promise<Array<string | undefined>> {
  const role = await makeRoleWithout(missing)
  const refused: Array<string | undefined> = []
  for (const life of lives) {
    refused.push(await liveAs(cloudFormation, role, life, random))
    if (refused.at(-1)) break
  }
  return refused
}

const random = () => newId('environment').slice(-placeholder.length)

async function makeRoleWithout(missing: readonly string[]): Promise<string> {
  const without = (grants: readonly Grant[]) =>
    grants
      .map((grant) => ({ ...grant, actions: grant.actions.filter((action) => !missing.includes(action)) }))
      .filter((grant) => grant.actions.length > 0)
  const names = { account: on.account, connection: on.cloudAccountId, region: '*' }
  const RoleName = `cfn-${random()}`
  const trusted = { Service: 'cloudformation.amazonaws.com' }
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: trusted, Action: 'sts:AssumeRole' }],
      }),
    }),
  )
  const policies = {
    network: policyFor(names, without(cfn.network)),
    compute: policyFor(names, without(cfn.compute), cfnNever),
    edge: policyFor(names, without(cfn.edge)),
    functions: policyFor(names, without(cfn.functions)),
    cluster: policyFor(names, without(cfn.cluster)),
  }
  for (const [PolicyName, document] of Object.entries(policies)) {
    const PolicyDocument = JSON.stringify(document)
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }))
  }
  return Role?.Arn ?? ''
}

const zones = ['us-east-1a', 'us-east-1b', 'us-east-1c']

/** A zone more, and what a later revision of the template may bring to a base that has been there for years. */
function baseLife(): StackLife {
  const config = {
    zones: zones.slice(0, 2),
    bucket: `slipway-${on.account}-${placeholder}`,
    runnerProfileArn: runnerProfileArn(on.account, on.cloudAccountId),
    runnerTemplateName: `slipway-runner-${placeholder}`,
  }
  const name = 'slipway-base'
  const first = readTemplate(buildTemplate({ kind: 'base', name, config }))
  const later = readTemplate(buildTemplate({ kind: 'base', name, config: { ...config, zones } }))
  const rule = { IpProtocol: 'tcp', FromPort: 8443, ToPort: 8443, CidrIp: '0.0.0.0/0' }
  const ours = { Key: 'slipway:managed', Value: 'true' }
  change(first, 'Gateway', { Tags: [ours, { Key: 'Name', Value: 'slipway' }] })
  change(later, 'Gateway', { Tags: [ours] })
  change(later, 'HostGroup', { SecurityGroupIngress: [rule] })
  change(later, 'RunnerTemplate', { LaunchTemplateData: { InstanceType: 't3.micro' } })
  return { kind: 'base', first: JSON.stringify(first), later: JSON.stringify(later) }
}

function change(template: Template, resource: string, properties: Record<string, unknown>): void {
  Object.assign(template.Resources[resource]?.Properties ?? {}, properties)
}

/** What the sites of an account share, with other words later. */
function edgeLife(): StackLife {
  const config = { name: `slipway-${placeholder}` }
  const first = readTemplate(buildTemplate({ kind: 'edge', name: 'slipway-edge', config }))
  const later = structuredClone(first)
  const described = (part: string, words: object) => {
    const properties = later.Resources[part]?.Properties
    for (const config of Object.values(properties ?? {})) Object.assign(config ?? {}, words)
  }
  described('OriginAccess', { Description: 'Others' })
  described('CachePolicy', { Comment: 'Others' })
  return { kind: 'edge', first: JSON.stringify(first), later: JSON.stringify(later) }
}

/** A site with another title and fewer tags later. */
function siteLife(): StackLife {
  const config = {
    environmentId: asId('environment', `env_${placeholder}`),
    title: 'docs production',
    name: `slipway-site-${placeholder}`,
    bucket: `slipway-${on.account}-${placeholder}`,
    region: 'us-east-1',
    hosts: [`web-docs-${placeholder}.apps.example`],
    originAccessId: 'E2EXAMPLE1234',
    cachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
    responseFunctionArn: `arn:aws:cloudfront::${on.account}:function/slipway-response`,
  }
  const name = 'slipway-site'
  const first = readTemplate(buildTemplate({ kind: 'static', name, config }))
  const later = readTemplate(
    buildTemplate({ kind: 'static', name, config: { ...config, title: 'docs staging' } }),
  )
  const ours = { Key: 'slipway:managed', Value: 'true' }
  change(first, 'Distribution', { Tags: [ours, { Key: 'Name', Value: 'slipway' }] })
  change(later, 'Distribution', { Tags: [ours] })
  return { kind: 'site', first: JSON.stringify(first), later: JSON.stringify(later) }
}

/** Functions with other words and another bound on their logs later, and what leads to them with another title. */
function livesOfFunctions(): StackLife[] {
  const environmentId = asId('environment', `env_${placeholder}`)
  const config = {
    account: on.account,
    region: 'us-east-1',
    environmentId,
    title: 'api production',
    boundaryArn: boundaryArn(on.account, on.cloudAccountId),
    services: ['web'],
  }
  const name = 'slipway-functions'
  const first = readTemplate(buildTemplate({ kind: 'function', name, config }))
  const later = readTemplate(
    buildTemplate({ kind: 'function', name, config: { ...config, title: 'api staging' } }),
  )
  const ours = { Key: 'slipway:managed', Value: 'true' }
  for (const part of ['WebFunction', 'WebLogs']) {
    change(first, part, { Tags: [ours, { Key: 'Name', Value: 'slipway' }] })
    change(later, part, { Tags: [ours] })
  }
  change(later, 'WebLogs', { RetentionInDays: 30 })
  change(later, 'WebLive', { Description: 'Others' })
  change(later, 'WebLiveUrl', { InvokeMode: 'BUFFERED' })
  const front = {
    environmentId,
    title: 'api production',
    frontFunctionArn: `arn:aws:cloudfront::${on.account}:function/slipway-front`,
    services: [
      { name: 'web', host: `web-api-${placeholder}.apps.example`, origin: 'abc.lambda-url.us-east-1.on.aws' },
    ],
  }
  const build = (title: string) =>
    buildTemplate({ kind: 'front', name: 'slipway-front', config: { ...front, title } })
  return [
    { kind: 'functions', first: JSON.stringify(first), later: JSON.stringify(later) },
    { kind: 'front', first: build('api production'), later: build('api staging') },
  ]
}

/** A cluster with another number of hosts, which follows nothing any more, and whose parts were changed by hand before. */
async function clusterLife(): Promise<StackLife> {
  const base = await on.db.inOrganisation(on.organisationId, (tx) => readBase(tx, on.context()))
  const config = {
    account: on.account,
    region: 'us-east-1',
    organisationId: on.organisationId,
    environmentId: asId('environment', `env_${placeholder}`),
    title: 'chat production',
    name: `slipway-${placeholder}`,
    bucket: base.bucket,
    boundaryArn: boundaryArn(on.account, on.cloudAccountId),
    vpcId: base.vpcId,
    subnetIds: base.subnets.map(({ subnetId }) => subnetId),
    imageId: 'ami-0c2023a1b2c3d4e5f',
    instanceType: 't3.small',
    userData: Buffer.from('#!/bin/sh\n').toString('base64'),
    rootGigabytes: 16,
    gatePort: 80,
    hosts: [`web-chat-${placeholder}.apps.example`],
    scale: {
      min: 1,
      max: 2,
      cpuPercent: 60,
      requestsPerSecond: null,
      schedule: [{ cron: '0 8 * * *', zone: 'UTC', min: 2 }],
      isSticky: false,
    },
  }
  const name = 'slipway-cluster'
  const first = readTemplate(buildTemplate({ kind: 'cluster', name, config }))
  const scale = { ...config.scale, max: 3, cpuPercent: null, schedule: [], isSticky: true }
  const later = readTemplate(buildTemplate({ kind: 'cluster', name, config: { ...config, scale } }))
  const ours = { Key: 'slipway:managed', Value: 'true' }
  const passedOn = { ...ours, PropagateAtLaunch: true }
  const title = { Key: 'Name', Value: 'slipway' }
  for (const part of ['Balancer', 'Targets']) {
    change(first, part, { Tags: [ours, title] })
    change(later, part, { Tags: [ours] })
  }
  change(first, 'Group', { Tags: [passedOn, { ...title, PropagateAtLaunch: true }] })
  change(later, 'Group', { Tags: [passedOn] })
  change(first, 'Targets', { HealthCheckPath: '/' })
  change(first, 'RedirectListener', {
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
  })
  return { kind: 'cluster', first: JSON.stringify(first), later: JSON.stringify(later) }
}

/** The runner's and a server's with two disks: another size, a bigger disk, a disk less, another title. */
async function livesOfInstances(): Promise<StackLife[]> {
  const base = await on.db.inOrganisation(on.organisationId, (tx) => readBase(tx, on.context()))
  const { Stacks } = await cloudFormation.send(
    new DescribeStacksCommand({ StackName: baseStackName(on.cloudAccountId) }),
  )
  const output = (name: string) =>
    Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue ?? ''
  const [subnet] = base.subnets
  if (!subnet) throw new Error('the base has no subnet')
  const instance = {
    imageId: 'ami-0c2023a1b2c3d4e5f',
    subnetId: subnet.subnetId,
    zone: subnet.zone,
    userData: Buffer.from('#!/bin/sh\n').toString('base64'),
  }
  const runner = {
    ...instance,
    launchTemplateId: output('RunnerTemplateId'),
    launchTemplateVersion: output('RunnerTemplateVersion'),
    profileName: runnerRoleName(on.cloudAccountId),
    runnerGroupId: output('RunnerGroupId'),
    instanceType: 't3.medium',
  }
  const data = { name: 'data', device: '/dev/sdf', gigabytes: 20, type: 'gp3' }
  const server = {
    ...instance,
    account: on.account,
    region: 'us-east-1',
    organisationId: on.organisationId,
    environmentId: asId('environment', `env_${placeholder}`),
    title: 'shop production',
    bucket: base.bucket,
    boundaryArn: boundaryArn(on.account, on.cloudAccountId),
    hostGroupId: base.hostGroupId,
    instanceType: 't3.small',
    rootGigabytes: 10,
    hasAlarm: true,
    disks: [data, { name: 'cache', device: '/dev/sdg', gigabytes: 100, type: 'gp3', iops: 4000 }],
  }
  const changed = {
    ...server,
    title: 'store production',
    instanceType: 'm7i.large',
    disks: [{ ...data, gigabytes: 40 }],
  }
  return [
    {
      kind: 'runner',
      first: buildTemplate({ kind: 'runner', name: 'slipway-runner', config: runner }),
      later: buildTemplate({
        kind: 'runner',
        name: 'slipway-runner',
        config: { ...runner, instanceType: 't3.large' },
      }),
    },
    {
      kind: 'server',
      first: buildTemplate({ kind: 'server', name: 'slipway-server', config: server }),
      later: buildTemplate({ kind: 'server', name: 'slipway-server', config: changed }),
    },
  ]
}

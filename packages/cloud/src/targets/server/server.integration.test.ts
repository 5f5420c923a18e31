import { randomBytes } from 'node:crypto'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import {
  DescribeVolumesCommand,
  EC2Client,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { type EnvironmentId, newId, realClock, stoppedClock } from '@slipway/core'
import {
  askToEnrol,
  commandAccepted,
  endCommand,
  getEnrolment,
  hostConnected,
  pendingCommands,
} from '@slipway/hosts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { describeAlarms } from '../../alarms/describe-alarms.ts'
import { storedAlarms } from '../../alarms/stored-alarm.ts'
import { alarmOf } from '../../alarms/watch-alarms.ts'
import { readBase } from '../../base/ensure-base.ts'
import { cloudJobs } from '../../jobs.ts'
import { appRolePath, hostProfileArn, hostRoleName } from '../../names.ts'
import { readRunner, runnerSteps } from '../../runner/runner-steps.ts'
import { type ConnectedAccount, connectAccount, untilEnded } from '../../testing/connected-account.ts'
import { platformAccount } from '../../testing/emulated-aws.ts'
import { runDueJobs } from '../../testing/run-jobs.ts'
import { setAlarmState } from '../../testing/set-alarm-state.ts'
import { signIdentity } from '../../testing/sign-identity.ts'
import type { DeployContext, Memory, StepResult } from '../target.ts'
import { server } from './index.ts'
import { hostOf } from './reach-host.ts'
import { removeServer } from './remove-server.ts'
import type { ServerConfig } from './server-config.ts'

let on: ConnectedAccount
let environmentId: EnvironmentId
let config: ServerConfig
const deploymentId = newId('deployment')
const clock = stoppedClock(new Date())
const publicKey = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), randomBytes(32)]).toString(
  'base64',
)

beforeAll(async () => {
  on = await connectAccount(clock)
  environmentId = await addEnvironment()
  config = {
    environmentId,
    app: 'shop',
    environment: 'production',
    instanceType: 't3.small',
    disks: [{ name: 'data', path: '/data', sizeGigabytes: 20, type: 'gp3', iops: null, snapshots: null }],
    gatePort: 80,
    publicNames: ['web-shop-abc123'],
    builtAt: undefined,
    spec: {
      environmentId,
      deploymentId,
      fence: 1,
      release: {
        id: newId('release'),
        number: 1,
        key: 'environments/x/releases/y.tar.gz',
        digest: 'a'.repeat(64),
        sizeBytes: 1,
        architecture: 'x64',
      },
      services: [{ id: newId('service'), name: 'web' }],
      variables: {},
      secrets: [],
    },
  }
})
afterAll(() => on?.close())

test('the steps make a host that is told who it is, and find the agent in its bucket', async () => {
  for (const name of ['base', 'agent', 'provision']) expect(await step(name)).toMatchObject({ state: 'done' })
  const host = await hostOf(context())
  expect(host).toMatchObject({ state: 'expected', instanceType: 't3.small', architecture: 'x64' })
  expect(host.address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
  const [instance] = await emulatedInstances()
  const script = Buffer.from(instance?.userData ?? '', 'base64').toString()
  expect(instance).toMatchObject({ id: host.instanceId, profile: hostProfileArn(on.account, environmentId) })
  expect(script).toContain(`"hostId": "${host.id}"`)
  expect(script).toContain('"device": "/dev/sdf"')
  const { bucket } = await on.db.inOrganisation(on.organisationId, (tx) => readBase(tx, on.context()))
  const object = await new S3Client({ ...on.aws.root(on.account), forcePathStyle: true }).send(
    new GetObjectCommand({ Bucket: bucket, Key: 'slipway/bootstrap.sh' }),
  )
  expect(await object.Body?.transformToString()).toContain('slipway/agent.mjs')
})

test('a build is brought from where it was built: within a bucket, and from one region to another', async () => {
  const s3In = (region: string) => new S3Client({ ...on.aws.root(on.account), region, forcePathStyle: true })
  const bucketIn = (region: string) =>
    on.db.inOrganisation(
      on.organisationId,
      async (tx) => (await readBase(tx, { ...on.context(), region })).bucket,
    )
  const body = 'a build of some bytes'
  const here = { cloudAccountId: on.cloudAccountId, region: 'us-east-1' }
  const builtAt = { ...here, key: 'environments/env_other/releases/rel_one.tar.gz' }
  await s3In('us-east-1').send(
    new PutObjectCommand({ Bucket: await bucketIn('us-east-1'), Key: builtAt.key, Body: body }),
  )
  const copy = async (region: string) => {
    const { spec } = config
    const release = {
      ...spec.release,
      key: `environments/${environmentId}/releases/rel_one.tar.gz`,
      sizeBytes: body.length,
    }
    const of = { ...context(), region, config: { ...config, builtAt, spec: { ...spec, release } } }
    if (region !== 'us-east-1')
      expect(await untilEnded(async () => run(of, 'base'))).toMatchObject({ state: 'done' })
    // Twice: the second finds it there.
    for (let time = 0; time < 2; time++) expect(await run(of, 'release')).toEqual({ state: 'done' })
    const there = await s3In(region).send(
      new GetObjectCommand({ Bucket: await bucketIn(region), Key: release.key }),
    )
    expect(await there.Body?.transformToString()).toBe(body)
  }
  await copy('us-east-1')
  await copy('eu-west-1')

  const gone = { ...config, builtAt: { ...builtAt, key: 'environments/env_other/releases/rel_gone.tar.gz' } }
  await expect(run({ ...context(), config: gone }, 'release')).rejects.toMatchObject({
    fields: { code: 'deployment-build-gone' },
  })
})

async function run(of: DeployContext<ServerConfig>, name: string): Promise<StepResult> {
  const found = server.steps.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no step ${name}`)
  return found.run(of)
}

test('an agent that proves to be that instance is admitted, and a second proof of another nonce is not', async () => {
  const host = await hostOf(context())
  const proof = await sign(host.instanceId ?? '')
  expect(await enrol(proof.nonce, proof.identity)).toMatchObject({ state: 'admitted' })
  const replayed = randomBytes(32).toString('hex')
  expect(await enrol(replayed, proof.identity)).toMatchObject({
    state: 'refused',
    error: { code: 'host-not-proven' },
  })
})

test('a proof that was signed an hour ago is refused', async () => {
  const host = await hostOf(context())
  const proof = await sign(host.instanceId ?? '', new Date(Date.now() - 3_600_000))
  expect(await enrol(proof.nonce, proof.identity)).toMatchObject({ state: 'refused' })
})

test('another instance with the very same role is refused', async () => {
  const { Instances } = await new EC2Client(on.aws.root(on.account)).send(
    new RunInstancesCommand({
      ImageId: 'ami-0c2023a1b2c3d4e5f',
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: { Arn: hostProfileArn(on.account, environmentId) },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'slipway:managed', Value: 'true' }] }],
    }),
  )
  const proof = await sign(Instances?.[0]?.InstanceId ?? '')
  const judgement = await enrol(proof.nonce, proof.identity)
  expect(judgement).toMatchObject({ state: 'refused' })
  expect(judgement.state === 'refused' && judgement.error.why).toContain('does not belong to the stack')
})

test('once it is online its names are published and the release is sent to it, once', async () => {
  expect(await server.steps.find(({ name }) => name === 'host')?.run(context())).toMatchObject({
    state: 'wait',
  })
  const host = await hostOf(context())
  const hello = {
    agent: 'test',
    protocol: 1,
    boot: '4d4a3b9c-6a0e-4d1e-9f6a-2f1d5a0c7b11',
    architecture: 'x64' as const,
  }
  await on.db.inOrganisation(on.organisationId, (tx) => hostConnected(tx, host.id, hello, clock))
  expect(await step('host')).toEqual({ state: 'done' })
  expect(await step('publish')).toEqual({ state: 'done' })
  const records = await new Route53Client(on.aws.root(platformAccount)).send(
    new ListResourceRecordSetsCommand({ HostedZoneId: on.aws.config.appsZoneId }),
  )
  const record = records.ResourceRecordSets?.find(({ Name }) => Name === 'web-shop-abc123.apps.example.')
  expect(record?.ResourceRecords).toEqual([{ Value: host.address }])

  const deploy = server.steps.find(({ name }) => name === 'deploy')
  const first = await deploy?.run(context())
  const again = await deploy?.run(context())
  const commands = await on.db.inOrganisation(on.organisationId, (tx) => pendingCommands(tx, host.id, clock))
  expect(commands).toMatchObject([{ fence: 1, command: { kind: 'deploy', spec: { deploymentId } } }])
  const memory: Memory = first?.state === 'wait' ? (first.memory ?? {}) : {}
  expect(again).toMatchObject({ state: 'wait', memory })
  const [command] = commands
  if (!command) throw new Error('no command')
  await on.db.inOrganisation(on.organisationId, (tx) =>
    endCommand(tx, { hostId: host.id, id: command.id, outcome: { ok: true, output: {} } }, clock),
  )
  expect(await deploy?.run({ ...context(), memory })).toMatchObject({ state: 'done' })
})

test('the stack made an alarm for the host, whose state a timer brings into its row', async () => {
  const name = await alarmName()
  expect(name).toMatch(/^slipway-shop-production-.+-host-checks$/)
  for (const state of ['INSUFFICIENT_DATA', 'OK', 'ALARM'] as const) {
    await setAlarmState(on.aws.root(on.account), name, state)
    clock.advance(300_000)
    await runDueJobs(cloudJobs(on.cloud), on)
    const row = await serverStack()
    expect(storedAlarms.parse(row.alarms)).toMatchObject([{ name, state, readAt: clock.now().toISOString() }])
  }
})

test('an alarm that was red before undoes nothing, and one that turns red makes the host go back', async () => {
  const root = on.aws.root(on.account)
  const name = await alarmName()
  const watched = { ...config, spec: { ...config.spec, deploymentId: newId('deployment'), watchSeconds: 60 } }
  const host = await hostOf(context())
  const deploy = server.steps.find((each) => each.name === 'deploy')
  const said: string[] = []
  const run = (memory: Memory) =>
    deploy?.run({
      ...context(),
      deploymentId: newId('deployment'),
      config: watched,
      memory,
      say: async (line) => void said.push(line),
    })
  const commands = () => on.db.inOrganisation(on.organisationId, (tx) => pendingCommands(tx, host.id, clock))
  const remembered = async (result: ReturnType<typeof run>) => {
    const found = await result
    return found?.state === 'wait' ? (found.memory ?? {}) : {}
  }

  let memory = await remembered(run({}))
  const [command] = await commands()
  if (!command) throw new Error('no command')
  // The alarm keeps seconds.
  await new Promise((resolve) => setTimeout(resolve, 1100))
  await on.db.inOrganisation(on.organisationId, (tx) =>
    commandAccepted(tx, { hostId: host.id, id: command.id }, realClock),
  )
  memory = await remembered(run(memory))
  expect(said).toEqual([expect.stringContaining('not known')])
  await setAlarmState(root, name, 'OK')
  memory = await remembered(run(memory))
  await new Promise((resolve) => setTimeout(resolve, 1100))
  await setAlarmState(root, name, 'ALARM')
  memory = await remembered(run(memory))
  expect(said.slice(1)).toEqual([expect.stringContaining('well'), expect.stringContaining('RED')])
  memory = await remembered(run(memory))
  const stops = (await commands()).filter((each) => each.command.kind === 'stop')
  expect(stops).toMatchObject([{ command: { kind: 'stop', commandId: command.id } }])

  const error = { code: 'command-cancelled', kind: 'failed' as const, what: 'It was cancelled.' }
  await on.db.inOrganisation(on.organisationId, (tx) =>
    endCommand(tx, { hostId: host.id, id: command.id, outcome: { ok: false, error } }, clock),
  )
  expect(await run(memory)).toMatchObject({ state: 'failed', error: { code: 'app-turned-alarm-red' } })
})

test('a deployment that changes nothing of the stack makes no call for it', async () => {
  const calls: string[] = []
  const cloud = {
    ...on.cloud,
    sessions: { ...on.cloud.sessions, clients: async () => Promise.reject(calls.push('called')) },
  }
  for (const name of ['base', 'provision'])
    expect(await server.steps.find((each) => each.name === name)?.run({ ...context(), cloud })).toEqual({
      state: 'done',
    })
  expect(calls).toEqual([])
})

test.each<[string, Partial<ServerConfig>, string]>([
  ['another architecture', { instanceType: 't4g.small' }, 'host-other-architecture'],
  ['a second disk', { disks: [disk('data'), disk('more')] }, 'host-other-disks'],
  ['a smaller disk', { disks: [{ ...disk('data'), sizeGigabytes: 10 }] }, 'disk-smaller'],
])('%s is refused in words', async (_, differs, code) => {
  const run = server.steps
    .find(({ name }) => name === 'provision')
    ?.run({ ...context(), config: { ...config, ...differs } })
  expect(await run).toMatchObject({ state: 'failed', error: { code } })
})

test('a disk grows and gets more operations a second in place', async () => {
  const ec2 = new EC2Client(on.aws.root(on.account))
  const volumeId = z.object({ DiskDataId: z.string() }).parse((await serverStack()).outputs).DiskDataId
  const { instanceId } = await hostOf(context())
  const disks = [{ ...disk('data'), sizeGigabytes: 40, iops: 6000 }]
  const provision = server.steps.find(({ name }) => name === 'provision')
  const run = async () =>
    (await provision?.run({ ...context(), config: { ...config, disks } })) ?? { state: 'missing' }
  expect(await untilEnded(run)).toEqual({ state: 'done' })
  const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [volumeId] }))
  expect(Volumes).toMatchObject([{ Size: 40, Iops: 6000, Attachments: [{ InstanceId: instanceId }] }])
  expect(await run()).toEqual({ state: 'done' })
})

test('a runner is made at first need, stopped when idle, started again, and made anew when somebody ended it', async () => {
  const bringUp = runnerSteps.find(({ name }) => name === 'runner')
  const ec2 = new EC2Client(on.aws.root(on.account))
  const run = async () => {
    const result = await bringUp?.run(on.context())
    if (result?.state === 'wait' && result.on === 'the runner to connect') await runnerConnects()
    return result ?? { state: 'missing' }
  }
  expect(await untilEnded(run)).toEqual({ state: 'done' })
  const first = await runnerInstance()
  clock.advance(901_000)
  await runDueJobs(cloudJobs(on.cloud), on)
  expect((await instanceState(first)).state).toBe('stopped')
  expect(await untilEnded(run)).toEqual({ state: 'done' })
  expect(await runnerInstance()).toBe(first)
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [first] }))
  await on.db.inOrganisation(on.organisationId, (tx) =>
    tx.host.updateMany({ where: { instanceId: first }, data: { state: 'offline' } }),
  )
  expect(await untilEnded(run)).toEqual({ state: 'done' })
  expect(await runnerInstance()).not.toBe(first)
})

test('a host that somebody stopped is started', async () => {
  const host = await hostOf(context())
  await new EC2Client(on.aws.root(on.account)).send(
    new StopInstancesCommand({ InstanceIds: [host.instanceId ?? ''] }),
  )
  await on.db.inOrganisation(on.organisationId, (tx) =>
    tx.host.update({ where: { id: host.id }, data: { state: 'offline' } }),
  )
  await server.steps.find(({ name }) => name === 'host')?.run(context())
  expect((await instanceState(host.instanceId ?? '')).state).toBe('running')
})

test('a removed environment leaves no instance and no name', async () => {
  const alarm = await alarmName()
  const of = { environmentId, app: 'shop', environment: 'production', publicNames: config.publicNames }
  expect(await untilEnded(() => removeServer(on.context(), of))).toEqual({ state: 'gone' })
  expect(await removeServer(on.context(), of)).toEqual({ state: 'gone' })
  const cloudWatch = new CloudWatchClient(on.aws.root(on.account))
  expect(await describeAlarms(cloudWatch, [alarm])).toEqual([])
})

const serverStack = () =>
  on.db.inOrganisation(on.organisationId, (tx) =>
    tx.stack.findFirstOrThrow({ where: { environmentId, kind: 'server' } }),
  )

async function alarmName(): Promise<string> {
  return alarmOf((await serverStack()).outputs) ?? ''
}

function disk(name: string): ServerConfig['disks'][number] {
  return { name, path: `/${name}`, sizeGigabytes: 20, type: 'gp3', iops: null, snapshots: null }
}

const context = (): DeployContext<ServerConfig> => ({
  ...on.context(),
  deploymentId,
  config,
  begin: async () => true,
  isStopping: false,
})

function step(name: string): Promise<StepResult | { state: 'missing' }> {
  const found = server.steps.find((each) => each.name === name)
  return untilEnded<StepResult | { state: 'missing' }>(
    async () => (await found?.run(context())) ?? { state: 'missing' },
  )
}

async function sign(instanceId: string, at?: Date) {
  const nonce = randomBytes(32).toString('hex')
  const roleArn = `arn:aws:iam::${on.account}:role${appRolePath}${hostRoleName(environmentId)}`
  const root = on.aws.root(on.account)
  return {
    nonce,
    identity: await signIdentity({ root, roleArn, instanceId, nonce, publicKey, ...(at && { at }) }),
  }
}

async function enrol(nonce: string, proof: Awaited<ReturnType<typeof signIdentity>>) {
  const { organisationId } = on
  const host = await hostOf(context())
  const id = await on.db.inOrganisation(organisationId, (tx) =>
    askToEnrol(tx, { organisationId, hostId: host.id, publicKey, nonce, proof }, clock),
  )
  await runDueJobs(cloudJobs(on.cloud), on)
  const enrolment = await on.db.inOrganisation(organisationId, (tx) => getEnrolment(tx, id))
  return enrolment?.judgement ?? { state: 'asked' as const }
}

async function runnerConnects(): Promise<void> {
  const hostId = await readRunner(on.context())
  if (!hostId) return
  const hello = {
    agent: 'test',
    protocol: 1,
    boot: '4d4a3b9c-6a0e-4d1e-9f6a-2f1d5a0c7b12',
    architecture: 'x64' as const,
  }
  await on.db.inOrganisation(on.organisationId, (tx) => hostConnected(tx, hostId, hello, clock))
}

async function runnerInstance(): Promise<string> {
  const hostId = await readRunner(on.context())
  const row = await on.db.inOrganisation(on.organisationId, (tx) =>
    tx.host.findUniqueOrThrow({ where: { id: hostId ?? '' } }),
  )
  return row.instanceId ?? ''
}

const emulated = z.array(
  z.object({ id: z.string(), state: z.string(), profile: z.string().nullable(), userData: z.string() }),
)

async function emulatedInstances() {
  return emulated.parse(await (await fetch(`${on.aws.endpoint}/_ext/instances`)).json())
}

async function instanceState(id: string): Promise<{ state: string }> {
  return (await emulatedInstances()).find((instance) => instance.id === id) ?? { state: 'none' }
}

async function addEnvironment(): Promise<EnvironmentId> {
  const { organisationId, cloudAccountId } = on
  const now = clock.now()
  const id = newId('environment')
  const appId = newId('app')
  const where = { organisationId, cloudAccountId, region: 'us-east-1', createdAt: now }
  await on.db.inOrganisation(organisationId, async (tx) => {
    await tx.app.create({ data: { ...where, id: appId, name: 'shop', createdBy: 'usr_test' } })
    await tx.environment.create({ data: { ...where, id, appId, name: 'production', gatePort: 80 } })
  })
  return id
}

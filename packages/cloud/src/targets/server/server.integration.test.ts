import { randomBytes } from 'node:crypto'
import {
  EC2Client,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { type EnvironmentId, newId, stoppedClock } from '@slipway/core'
import { askToEnrol, endCommand, getEnrolment, hostConnected, pendingCommands } from '@slipway/hosts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { readBase } from '../../base/ensure-base.ts'
import { cloudJobs } from '../../jobs.ts'
import { appRolePath, hostProfileArn, hostRoleName } from '../../names.ts'
import { readRunner, runnerSteps } from '../../runner/runner-steps.ts'
import { type ConnectedAccount, connectAccount, untilEnded } from '../../testing/connected-account.ts'
import { platformAccount } from '../../testing/emulated-aws.ts'
import { runDueJobs } from '../../testing/run-jobs.ts'
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
    disks: [{ name: 'data', path: '/data', sizeGigabytes: 20, type: 'gp3' }],
    gatePort: 80,
    publicNames: ['web-shop-abc123'],
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
])('%s is refused in words', async (_, differs, code) => {
  const run = server.steps
    .find(({ name }) => name === 'provision')
    ?.run({ ...context(), config: { ...config, ...differs } })
  expect(await run).toMatchObject({ state: 'failed', error: { code } })
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
  const of = { environmentId, app: 'shop', environment: 'production', publicNames: config.publicNames }
  expect(await untilEnded(() => removeServer(on.context(), of))).toEqual({ state: 'gone' })
  expect(await removeServer(on.context(), of)).toEqual({ state: 'gone' })
})

function disk(name: string): ServerConfig['disks'][number] {
  return { name, path: `/${name}`, sizeGigabytes: 20, type: 'gp3' }
}

const context = (): DeployContext<ServerConfig> => ({ ...on.context(), deploymentId, config })

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

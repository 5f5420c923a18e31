import { randomBytes } from 'node:crypto'
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import {
  type EnvironmentId,
  hostIdOfInstance,
  newId,
  stoppedClock,
  type UserErrorFields,
} from '@slipway/core'
import {
  askToEnrol,
  endCommand,
  findHosts,
  getEnrolment,
  type HostSummary,
  hostConnected,
  pendingCommands,
} from '@slipway/hosts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cloudJobs } from '../../jobs.ts'
import { appRolePath, hostRoleName } from '../../names.ts'
import { type ConnectedAccount, connectAccount, untilEnded } from '../../testing/connected-account.ts'
import { platformAccount } from '../../testing/emulated-aws.ts'
import { runDueJobs } from '../../testing/run-jobs.ts'
import { signIdentity } from '../../testing/sign-identity.ts'
import type { DeployContext, StepResult } from '../target.ts'
import type { ClusterConfig } from './cluster-config.ts'
import { clusterOf } from './find-cluster.ts'
import { cluster } from './index.ts'
import { removeCluster } from './remove-cluster.ts'

let on: ConnectedAccount
let environmentId: EnvironmentId
const clock = stoppedClock(new Date())

beforeAll(async () => {
  on = await connectAccount(clock)
  environmentId = await addEnvironment()
})
afterAll(() => on?.close())

test('the stack has a group whose hosts are known by their instances, and nobody else can be one of them', async () => {
  const first = release(1)
  for (const name of ['base', 'agent', 'cluster'])
    expect(await run(first, name)).toMatchObject({ state: 'done' })
  expect(await stepOf(first, 'hosts')).toMatchObject({ state: 'wait' })
  const [one, other] = await hosts()
  expect(await hosts()).toHaveLength(2)
  expect(one?.id).toBe(hostIdOfInstance(environmentId, one?.instanceId ?? ''))
  expect(await enrol(one, other)).toMatchObject({ state: 'refused' })
  expect(await enrol(one, one)).toMatchObject({ state: 'admitted' })
  await connect()
  expect(await run(first, 'hosts')).toMatchObject({ state: 'done' })
})

test('its names lead to the load balancer', async () => {
  expect(await run(release(1), 'publish')).toEqual({ state: 'done' })
  const { domain } = await standing()
  const records = await new Route53Client(on.aws.root(platformAccount)).send(
    new ListResourceRecordSetsCommand({ HostedZoneId: on.aws.config.appsZoneId }),
  )
  const record = records.ResourceRecordSets?.find(({ Name }) => Name === 'web-chat-abc123.apps.example.')
  expect(record?.ResourceRecords).toEqual([{ Value: domain }])
})

test('a first release comes up on all hosts at once, after its command has run with one', async () => {
  const told = await rollOut(release(1), () => undefined)
  expect(told.state).toBe('done')
  expect(told.batches.map(({ length }) => length)).toEqual([1, 1])
  expect(told.commands.map(({ hasCommand }) => hasCommand)).toEqual([true, false])
})

test('a later one goes over them one after the other, each taken out of the load balancer meanwhile', async () => {
  const told = await rollOut(release(2), () => undefined)
  expect(told).toMatchObject({ state: 'done', batches: [[expect.any(String)], [expect.any(String)]] })
  expect(told.outWhileTold).toEqual([true, true])
  expect(await states()).toEqual(['healthy', 'healthy'])
})

test('where one host fails, the one that was done goes back, and what served before serves', async () => {
  const bad = { code: 'app-not-healthy', kind: 'failed' as const, what: 'It does not answer.' }
  let asked = 0
  const told = await rollOut(release(3), () => (++asked === 2 ? bad : undefined))
  expect(told).toMatchObject({ state: 'failed', error: bad })
  expect(told.commands.map(({ number }) => number)).toEqual([3, 3, 2])
  expect(told.commands[2]).toMatchObject({ hostId: told.commands[0]?.hostId, hasCommand: false })
  expect(await states()).toEqual(['healthy', 'healthy'])
})

test('a host that ended is replaced by the group, and Slipway learns of both by itself', async () => {
  const [one] = await hosts()
  const ec2 = new EC2Client(on.aws.root(on.account))
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [one?.instanceId ?? ''] }))
  await expect
    .poll(async () => {
      clock.advance(15_000)
      await runDueJobs(cloudJobs(on.cloud), on)
      return (await hosts()).map(({ id, state }) => [id === one?.id, state])
    })
    .toEqual([
      [false, 'online'],
      [false, 'expected'],
    ])
})

test('a removed environment leaves no host and no name', async () => {
  const of = { environmentId, publicNames: ['web-chat-abc123'] }
  expect(await untilEnded(() => removeCluster(on.context(), of))).toEqual({ state: 'gone' })
  expect(await removeCluster(on.context(), of)).toEqual({ state: 'gone' })
  expect(await hosts()).toEqual([])
})

const place = () => ({
  organisationId: on.organisationId,
  cloudAccountId: on.cloudAccountId,
  region: 'us-east-1',
  kind: 'host' as const,
  environmentId,
})
const inTenant: ConnectedAccount['db']['inOrganisation'] = (id, work) => on.db.inOrganisation(id, work)
const hosts = () => inTenant(on.organisationId, (tx) => findHosts(tx, place()))
const standing = () => inTenant(on.organisationId, (tx) => clusterOf(tx, on.context(), environmentId))

type Release = { deploymentId: DeployContext<ClusterConfig>['deploymentId']; config: ClusterConfig }

function release(number: number): Release {
  const deploymentId = newId('deployment')
  const config: ClusterConfig = {
    environmentId,
    app: 'chat',
    environment: 'production',
    instanceType: 't3.small',
    scale: { min: 2, max: 3, cpuPercent: 60, requestsPerSecond: 500, schedule: [], isSticky: true },
    gatePort: 80,
    publicNames: ['web-chat-abc123'],
    builtAt: undefined,
    spec: {
      environmentId,
      deploymentId,
      fence: number,
      release: {
        id: newId('release'),
        number,
        key: 'environments/x/releases/y.tar.gz',
        digest: 'a'.repeat(64),
        sizeBytes: 1,
        architecture: 'x64',
      },
      services: [{ id: newId('service'), name: 'web' }],
      variables: {},
      secrets: [],
      releaseCommand: { run: 'bin/migrate', root: '', timeoutSeconds: 60 },
    },
  }
  return { deploymentId, config }
}

const contextOf = (of: Release): DeployContext<ClusterConfig> => ({
  ...on.context(),
  ...of,
  begin: async () => true,
  isStopping: false,
})

async function stepOf(of: Release, name: string, memory = {}): Promise<StepResult> {
  const found = cluster.steps.find((each) => each.name === name)
  if (!found) throw new Error(`no step ${name}`)
  return found.run({ ...contextOf(of), memory })
}
const run = (of: Release, name: string) => untilEnded(() => stepOf(of, name))

/** Plays the hosts: each command ends as `outcome` says, and what is a target is healthy. */
async function rollOut(of: Release, outcome: () => UserErrorFields | undefined) {
  const { targetGroupArn } = await standing()
  const batches: string[][] = []
  const commands: { hostId: string; number: number; hasCommand: boolean }[] = []
  const outWhileTold: boolean[] = []
  let memory = {}
  for (let turn = 0; turn < 200; turn++) {
    const all = await hosts()
    const told = all.map(({ instanceId }) => ({ group: targetGroupArn, id: instanceId, state: 'healthy' }))
    const result = await stepOf(of, 'roll-out', memory)
    if (result.state !== 'wait')
      return {
        state: result.state,
        batches,
        commands,
        outWhileTold,
        ...('error' in result && { error: result.error }),
      }
    memory = result.memory ?? memory
    const pending = await inTenant(on.organisationId, (tx) =>
      Promise.all(all.map(async (host) => ({ host, open: await pendingCommands(tx, host.id, clock) }))),
    )
    const asked = pending.filter(({ open }) => open.length > 0)
    if (asked.length > 0) batches.push(asked.map(({ host }) => host.id))
    for (const { host, open } of asked) {
      const [command] = open
      if (command?.command.kind !== 'deploy') throw new Error('no deployment was sent')
      const { release: sent, releaseCommand } = command.command.spec
      commands.push({ hostId: host.id, number: sent.number, hasCommand: releaseCommand !== undefined })
      outWhileTold.push((await stateOf(host)) === 'unused')
      const error = outcome()
      const end = error ? { ok: false as const, error } : { ok: true as const, output: {} }
      await inTenant(on.organisationId, (tx) =>
        endCommand(tx, { hostId: host.id, id: command.id, outcome: end }, clock),
      )
    }
    await fetch(`${on.aws.endpoint}/_ext/target-health`, { method: 'POST', body: JSON.stringify(told) })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it never ended')
}

async function states() {
  const status = await cluster.observe({ ...on.context(), config: release(9).config })
  return status.hosts.map(({ health }) => health)
}
async function stateOf(host: HostSummary) {
  const status = await cluster.observe({ ...on.context(), config: release(9).config })
  return status.hosts.find(({ instanceId }) => instanceId === host.instanceId)?.health
}

async function connect(): Promise<void> {
  const boot = '4d4a3b9c-6a0e-4d1e-9f6a-2f1d5a0c7b11'
  const hello = { agent: 'test', protocol: 6, boot, architecture: 'x64' as const }
  for (const { id } of await hosts())
    await inTenant(on.organisationId, (tx) => hostConnected(tx, id, hello, clock))
}

/** An agent says that it is `claimed`, and proves to be `real`. */
async function enrol(claimed: HostSummary | undefined, real: HostSummary | undefined) {
  const nonce = randomBytes(32).toString('hex')
  const key = [Buffer.from('302a300506032b6570032100', 'hex'), randomBytes(32)]
  const publicKey = Buffer.concat(key).toString('base64')
  const roleArn = `arn:aws:iam::${on.account}:role${appRolePath}${hostRoleName(environmentId)}`
  const root = on.aws.root(on.account)
  const proof = await signIdentity({ root, roleArn, instanceId: real?.instanceId ?? '', nonce, publicKey })
  const { organisationId } = on
  const hostId = claimed?.id ?? newId('host')
  const id = await inTenant(organisationId, (tx) =>
    askToEnrol(tx, { organisationId, hostId, publicKey, nonce, proof }, clock),
  )
  await runDueJobs(cloudJobs(on.cloud), on)
  const enrolment = await inTenant(organisationId, (tx) => getEnrolment(tx, id))
  return enrolment?.judgement ?? { state: 'asked' as const }
}

async function addEnvironment(): Promise<EnvironmentId> {
  const { organisationId, cloudAccountId } = on
  const now = clock.now()
  const id = newId('environment')
  const appId = newId('app')
  const where = { organisationId, cloudAccountId, region: 'us-east-1', createdAt: now }
  await inTenant(organisationId, async (tx) => {
    await tx.app.create({ data: { ...where, id: appId, name: 'chat', createdBy: 'usr_test' } })
    await tx.environment.create({ data: { ...where, id, appId, name: 'production', gatePort: 80 } })
  })
  return id
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type AccountContext,
  cloudJobs,
  type DeployContext,
  listSnapshots,
  type ServerConfig,
  targets,
} from '@slipway/cloud'
import { type ConnectedAccount, connectAccount, runDueJobs, untilEnded } from '@slipway/cloud/testing'
import {
  type DiskSnapshotId,
  type EnvironmentId,
  type HostId,
  newId,
  stoppedClock,
  type UserId,
} from '@slipway/core'
import { findHost, hostConnected, storeHealth } from '@slipway/hosts'
import { servicePlanSchema } from '@slipway/manifest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../create-app.ts'
import { findEnvironment } from '../find-app.ts'
import { environmentsJobs } from '../jobs.ts'
import { adoptServices, prepareServices, type Service } from '../services.ts'
import { readDisks, restoreDisk, takeSnapshotNow } from './disks.ts'

/** The worker's own jobs against the emulator; the host's agent is the test, which connects and says how its service is. */
const clock = stoppedClock(new Date())
const place = { app: 'shop', environment: 'production' }
let on: ConnectedAccount
let environmentId: EnvironmentId
let userId: UserId
let web: Service | undefined
/** Whether the service comes up with the disk that it finds. */
let isWell = true

beforeAll(async () => {
  on = await connectAccount(clock)
  const { db, organisationId, cloudAccountId } = on
  userId = await db
    .inOrganisation(organisationId, (tx) => tx.member.findFirstOrThrow())
    .then((member) => z.custom<UserId>().parse(member.userId))
  const asked = {
    name: 'shop',
    cloudAccountId,
    region: 'us-east-1',
    branch: 'main',
    autoDeploy: true,
    by: userId,
  }
  await createApp(db, organisationId, asked, { clock, gatePorts: { first: 20_000, last: 20_999 } })
  const disk = { name: 'data', path: '/data', sizeGigabytes: 8, type: 'gp3' }
  const plans = [
    servicePlanSchema.parse({ name: 'web', root: '', run: 'x', kind: 'web', disks: [disk], why: [] }),
  ]
  environmentId = await db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, 'shop', 'production')
    const of = { organisationId, environmentId: environment.id }
    ;[web] = await prepareServices(tx, { ...of, appName: 'shop' }, plans, clock)
    await adoptServices(tx, of, plans, clock)
    await tx.environment.update({ where: { id: environment.id }, data: { compute: 'server' } })
    return environment.id
  })
  for (const name of ['base', 'agent', 'provision']) {
    const step = targets.server.steps.find((each) => each.name === name)
    expect(
      await untilEnded(async () => step?.run(context(plans[0]?.disks ?? [])) ?? { state: 'none' }),
    ).toMatchObject({
      state: 'done',
    })
  }
  await agentConnects()
})
afterAll(() => on?.close())

function context(disks: ServerConfig['disks']): DeployContext<ServerConfig> {
  const deploymentId = newId('deployment')
  const release = {
    id: newId('release'),
    number: 1,
    key: 'environments/x/releases/y.tar.gz',
    digest: 'a'.repeat(64),
    sizeBytes: 1,
    architecture: 'x64' as const,
  }
  const account: AccountContext = on.context()
  return {
    ...account,
    deploymentId,
    begin: async () => true,
    isStopping: false,
    config: {
      environmentId,
      ...place,
      instanceType: 't3.small',
      disks,
      gatePort: 80,
      publicNames: [],
      builtAt: undefined,
      spec: { environmentId, deploymentId, fence: 1, release, services: [], variables: {}, secrets: [] },
    },
  }
}

const host = () =>
  on.db.inOrganisation(on.organisationId, (tx) => {
    const { organisationId, cloudAccountId } = on
    return findHost(tx, { organisationId, cloudAccountId, region: 'us-east-1', kind: 'host', environmentId })
  })

/** As the agent does once its instance runs. */
async function agentConnects(): Promise<void> {
  const known = await host()
  const answer = await fetch(`${on.aws.endpoint}/_ext/instances`)
  const instances = z.array(z.object({ id: z.string(), state: z.string() })).parse(await answer.json())
  const runs = instances.some(({ id, state }) => id === known?.instanceId && state === 'running')
  if (!runs || known === undefined || known.state === 'online') return
  const hello = { agent: 'test', protocol: 1, boot: crypto.randomUUID(), architecture: 'x64' as const }
  await on.db.inOrganisation(on.organisationId, (tx) => hostConnected(tx, known.id, hello, clock))
  await saysHow(known.id)
}

async function saysHow(id: HostId): Promise<void> {
  const state = isWell ? ('healthy' as const) : ('crashed' as const)
  const service = {
    serviceId: web?.id ?? newId('service'),
    name: 'web',
    state,
    since: clock.now().toISOString(),
    restarts: 0,
    releaseId: newId('release'),
    deploymentId: newId('deployment'),
  }
  await on.db.inOrganisation(on.organisationId, (tx) => storeHealth(tx, id, [service], clock))
}

const handlers = () => [
  ...cloudJobs(on.cloud),
  ...environmentsJobs({
    cloud: on.cloud,
    sealing: { key: 'a key' },
    environmentUrl: () => 'http://slipway.test',
  }),
]
const shown = () => readDisks(on.db, on.organisationId, place)

/** Works and lets time pass until this is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    await runDueJobs(handlers(), on)
    await agentConnects()
    if (await isSo()) return
    clock.advance(2000)
  }
  throw new Error('it never came about')
}
const ended = () => until(async () => (await shown()).restores[0]?.endedAt !== null)

async function take(): Promise<DiskSnapshotId> {
  const asked = { ...place, disk: 'data', by: userId }
  const { snapshotId } = await takeSnapshotNow(on.db, on.organisationId, asked, clock)
  await until(async () => (await shown()).snapshots[0]?.state === 'completed')
  return snapshotId
}
const restore = (snapshotId: DiskSnapshotId) =>
  restoreDisk(on.db, on.organisationId, { ...place, snapshotId, confirm: 'data', by: userId }, clock)

const volumeShape = z.object({ DiskDataId: z.string() })
async function fileOnDisk(): Promise<string> {
  const stack = await on.db.inOrganisation(on.organisationId, (tx) =>
    tx.stack.findFirstOrThrow({ where: { environmentId, kind: 'server' } }),
  )
  return join(on.aws.folder, 'volumes', on.account, volumeShape.parse(stack.outputs).DiskDataId, 'page.txt')
}
async function write(text: string): Promise<void> {
  const file = await fileOnDisk()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
const read = async () => readFileSync(await fileOnDisk(), 'utf8')

let first: DiskSnapshotId

test('a restore brings back what was on the disk, and keeps what was there instead', async () => {
  await write('of monday')
  first = await take()
  await write('of tuesday')
  await restore(first)
  await ended()
  const { restores, snapshots } = await shown()
  expect(restores).toMatchObject([{ state: 'restored', error: null }])
  expect(await read()).toBe('of monday')
  expect(snapshots.map(({ reason, state }) => [reason, state])).toContainEqual([
    'before-restore',
    'completed',
  ])
  // The disk that was exchanged is deleted a little later, and the environment is free.
  await until(async () => (await shown()).restores[0]?.steps.every(({ is }) => is === 'done') ?? false)
  const lease = await on.db.inOrganisation(on.organisationId, (tx) =>
    tx.lease.findFirst({ where: { name: `environment:${environmentId}` } }),
  )
  expect(lease?.holder ?? '').toBe('')
})

test('a service that does not come up with it gets the disk before back by itself, with all that it held', async () => {
  await write('of wednesday')
  isWell = false
  await restore(first)
  await until(async () => (await shown()).restores[0]?.error !== null)
  expect((await shown()).restores[0]).toMatchObject({ state: 'running', error: { code: 'restore-late' } })
  isWell = true
  await ended()
  expect((await shown()).restores[0]).toMatchObject({ state: 'undone', error: { code: 'restore-late' } })
  expect(await read()).toBe('of wednesday')
  expect((await host())?.state).toBe('online')
})

test('a snapshot that somebody deleted in EC2 is found out, and the disk before comes back', async () => {
  const snapshots = await on.db.inOrganisation(on.organisationId, (tx) => listSnapshots(tx, [environmentId]))
  const lost = snapshots.find(({ id }) => id === first)
  await on.db.inOrganisation(on.organisationId, (tx) =>
    tx.diskSnapshot.update({ where: { id: lost?.id ?? '' }, data: { awsId: 'snap-00000000000000000' } }),
  )
  await restore(first)
  await ended()
  expect((await shown()).restores[0]).toMatchObject({ state: 'undone', error: { code: 'stack-failed' } })
  expect(await read()).toBe('of wednesday')
})

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { type EnvironmentId, newId, stoppedClock } from '@slipway/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionOf } from '../account.ts'
import { readStandingCosts } from '../costs/read-standing-costs.ts'
import { cloudJobs } from '../jobs.ts'
import { attachDisk, detachDisk, dropVolume, volumeNumbers } from '../targets/server/exchange-disk.ts'
import { server } from '../targets/server/index.ts'
import { provision } from '../targets/server/provision.ts'
import type { ServerConfig } from '../targets/server/server-config.ts'
import type { DeployContext, StepResult } from '../targets/target.ts'
import { type ConnectedAccount, connectAccount, untilEnded } from '../testing/connected-account.ts'
import { runDueJobs } from '../testing/run-jobs.ts'
import { lookAtSnapshot } from './look-at-snapshot.ts'
import { deleteSnapshot, listSnapshots, takeSnapshot } from './snapshots.ts'

const clock = stoppedClock(new Date())
let on: ConnectedAccount
let environmentId: EnvironmentId
let config: ServerConfig

beforeAll(async () => {
  on = await connectAccount(clock)
  environmentId = await addEnvironment()
  const deploymentId = newId('deployment')
  config = {
    environmentId,
    app: 'shop',
    environment: 'production',
    instanceType: 't3.small',
    disks: [
      { name: 'data', path: '/data', sizeGigabytes: 20, type: 'gp3', iops: null, snapshots: null },
      { name: 'cache', path: '/cache', sizeGigabytes: 8, type: 'gp3', iops: null, snapshots: null },
    ],
    gatePort: 80,
    publicNames: [],
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
  for (const name of ['base', 'agent', 'provision']) {
    const step = server.steps.find((each) => each.name === name)
    expect(await untilEnded<StepResult>(async () => step?.run(context()) ?? notThere)).toMatchObject({
      state: 'done',
    })
  }
})
afterAll(() => on?.close())

const notThere: StepResult = { state: 'failed', error: { code: 'test', what: 'there is no such step' } }
const context = (): DeployContext<ServerConfig> => ({
  ...on.context(),
  deploymentId: config.spec.deploymentId,
  config,
  begin: async () => true,
  isStopping: false,
})
const ec2 = () => new EC2Client(on.aws.root(on.account))
const work = async () => {
  await runDueJobs(cloudJobs(on.cloud), on)
  clock.advance(5000)
  await runDueJobs(cloudJobs(on.cloud), on)
}
const inOrganisation = <T>(body: Parameters<typeof on.db.inOrganisation<T>>[1]) =>
  on.db.inOrganisation(on.organisationId, body)
const place = () => ({
  organisationId: on.organisationId,
  environmentId,
  cloudAccountId: on.cloudAccountId,
  region: 'us-east-1',
})
const take = (disk: string) =>
  inOrganisation((tx) => takeSnapshot(tx, place(), { disk, reason: 'now', by: null }, clock))
const snapshots = () => inOrganisation((tx) => listSnapshots(tx, [environmentId]))
const of = () => ({ environmentId, title: 'shop production', disk: 'data' })
const volumeOf = async (disk: string) => {
  const filters = [
    { Name: 'tag:slipway:disk', Values: [disk] },
    { Name: 'attachment.device', Values: ['/dev/sdf', '/dev/sdg'] },
  ]
  return (await ec2().send(new DescribeVolumesCommand({ Filters: filters }))).Volumes?.[0]
}
const fileOf = (kind: 'volumes' | 'snapshots', id: string) =>
  join(on.aws.folder, kind, on.account, id, 'page.txt')
const write = (volume: string, text: string) => {
  mkdirSync(dirname(fileOf('volumes', volume)), { recursive: true })
  writeFileSync(fileOf('volumes', volume), text)
}
let awsId = ''

test('a snapshot holds what the disk holds, tagged as ours, and says its size', async () => {
  write((await volumeOf('data'))?.VolumeId ?? '', 'the first page')
  await take('data')
  expect(await snapshots()).toMatchObject([{ state: 'asked' }])
  await work()
  const [snapshot] = await snapshots()
  expect(snapshot).toMatchObject({ disk: 'data', state: 'completed', gigabytes: 20, sizeBytes: 14 })
  awsId = snapshot?.awsId ?? ''
  const { Snapshots } = await ec2().send(new DescribeSnapshotsCommand({ SnapshotIds: [awsId] }))
  expect(Snapshots?.[0]?.Tags).toContainEqual({ Key: 'slipway:managed', Value: 'true' })
  expect(readFileSync(fileOf('snapshots', awsId), 'utf8')).toBe('the first page')
  const costs = await inOrganisation((tx) => readStandingCosts(tx, [environmentId]))
  expect(costs.get(environmentId)?.lines.map(({ what }) => what)).toContain('1 snapshot of disks, at most')
})

test('one whose answer was lost is found again, and not made twice', async () => {
  const [before] = await snapshots()
  await inOrganisation((tx) =>
    tx.diskSnapshot.update({ where: { id: before?.id ?? '' }, data: { state: 'asked', awsId: null } }),
  )
  await lookAtSnapshot(on.cloud, before?.id ?? newId('diskSnapshot'), {
    ...on,
    attempt: 1,
    signal: AbortSignal.timeout(60_000),
  })
  await take('cache')
  await work()
  const { Snapshots } = await ec2().send(
    new DescribeSnapshotsCommand({ Filters: [{ Name: 'tag:slipway:disk', Values: ['data'] }] }),
  )
  expect(Snapshots).toHaveLength(1)
})

test('a disk is exchanged for one that is made of a snapshot, and the other disk stays', async () => {
  const before = await volumeOf('data')
  const other = await volumeOf('cache')
  write(before?.VolumeId ?? '', 'a page that nobody wants')
  expect(await volumeNumbers(on.context(), of())).toEqual({ now: 0, next: 1 })
  expect(await untilEnded(() => detachDisk(on.context(), of()))).toMatchObject({ state: 'ready' })
  expect(await volumeOf('data')).toBeUndefined()
  const restored = { number: 1, snapshotId: awsId }
  expect(await untilEnded(() => attachDisk(on.context(), of(), restored))).toMatchObject({ state: 'ready' })
  const now = await volumeOf('data')
  expect(now).toMatchObject({ SnapshotId: awsId, Size: 20 })
  expect(readFileSync(fileOf('volumes', now?.VolumeId ?? ''), 'utf8')).toBe('the first page')
  expect((await volumeOf('cache'))?.VolumeId).toBe(other?.VolumeId)
})

test('it can be taken back to the disk before, which has lost nothing', async () => {
  expect(await untilEnded(() => detachDisk(on.context(), of()))).toMatchObject({ state: 'ready' })
  expect(await untilEnded(() => attachDisk(on.context(), of(), { number: 0 }))).toMatchObject({
    state: 'ready',
  })
  const now = await volumeOf('data')
  expect(readFileSync(fileOf('volumes', now?.VolumeId ?? ''), 'utf8')).toBe('a page that nobody wants')
  expect(await untilEnded(() => dropVolume(on.context(), of(), 1))).toMatchObject({ state: 'ready' })
  const { Volumes } = await ec2().send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'tag:slipway:disk', Values: ['data'] }] }),
  )
  expect(Volumes?.map(({ VolumeId }) => VolumeId)).toEqual([now?.VolumeId])
})

test('the disk that was exchanged is deleted, and the next deployment changes nothing of it', async () => {
  await untilEnded(() => detachDisk(on.context(), of()))
  await untilEnded(() => attachDisk(on.context(), of(), { number: 1, snapshotId: awsId }))
  await untilEnded(() => dropVolume(on.context(), of(), 0))
  const restored = await volumeOf('data')
  const cloud = {
    ...on.cloud,
    sessions: { ...on.cloud.sessions, clients: async () => Promise.reject(new Error('nobody is asked')) },
  }
  expect(await provision({ ...context(), cloud })).toEqual({ state: 'done' })
  expect(await volumeOf('data')).toMatchObject({ VolumeId: restored?.VolumeId, SnapshotId: awsId })
})

test('a snapshot is deleted, and one of an account that did not grant it says so', async () => {
  for (const { id } of await snapshots())
    await inOrganisation((tx) => deleteSnapshot(tx, on.organisationId, id))
  await work()
  expect(await snapshots()).toEqual([])
  expect((await ec2().send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))).Snapshots).toEqual([])
  const grant = (templateVersion: number | null) =>
    inOrganisation((tx) =>
      tx.cloudAccount.update({ where: { id: on.cloudAccountId }, data: { templateVersion } }),
    )
  await grant(5)
  await take('data')
  await work()
  expect(await snapshots()).toMatchObject([{ state: 'failed', error: { code: 'snapshot-not-granted' } }])
  await grant(null)
})

test('a session for snapshots touches nothing that does not carry our tag, and makes none without it', async () => {
  const root = ec2()
  const { VolumeId } = await root.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
  const foreign = await root.send(new CreateSnapshotCommand({ VolumeId: VolumeId ?? '' }))
  const connection = await inOrganisation((tx) => connectionOf(tx, on.cloudAccountId))
  const { ec2: ours } = await on.cloud.sessions.clients(connection, 'snapshot', 'us-east-1')
  const tagged = [{ ResourceType: 'snapshot' as const, Tags: [{ Key: 'slipway:managed', Value: 'true' }] }]
  const own = (await volumeOf('data'))?.VolumeId
  const refused = [
    ours.send(new CreateSnapshotCommand({ VolumeId: VolumeId ?? '', TagSpecifications: tagged })),
    ours.send(new CreateSnapshotCommand({ VolumeId: own ?? '' })),
    ours.send(new DeleteSnapshotCommand({ SnapshotId: foreign.SnapshotId ?? '' })),
    ours.send(new DeleteVolumeCommand({ VolumeId: own ?? '' })),
    ours.send(
      new CreateTagsCommand({
        Resources: [foreign.SnapshotId ?? ''],
        Tags: [{ Key: 'slipway:managed', Value: 'true' }],
      }),
    ),
  ]
  for (const call of refused) await expect(call).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
})

async function addEnvironment(): Promise<EnvironmentId> {
  const now = clock.now()
  const id = newId('environment')
  const appId = newId('app')
  const { organisationId, cloudAccountId } = on
  const where = { organisationId, cloudAccountId, region: 'us-east-1', createdAt: now }
  await inOrganisation(async (tx) => {
    await tx.app.create({ data: { ...where, id: appId, name: 'shop', createdBy: 'usr_test' } })
    await tx.environment.create({ data: { ...where, id, appId, name: 'production', gatePort: 80 } })
  })
  return id
}

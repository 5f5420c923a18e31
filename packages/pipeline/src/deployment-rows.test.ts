import { asId, type ExecutionId, newId, stoppedClock, type UserErrorFields } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { type App, environmentsOf } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { expectHost, pendingCommands, sendCommand } from '@slipway/hosts'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { cancelExecution, deployExecution, rollBack } from './actions.ts'
import { begin, type OpenDeployment } from './deployment-rows.ts'
import { deployJob, restoreJob } from './effects/jobs.ts'
import { getExecution } from './read/get-execution.ts'
import { getRelease, originOf } from './release-rows.ts'
import type { StepsOutcome } from './run-steps.ts'
import { specOf } from './server-deployment.ts'
import { builtAs, pushTo, runDueJobs, testHandlers } from './testing.ts'

/** What rows say of a deployment that begins, is stopped, goes back or ends. Builds and hosts end as the test says. */
const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-27T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme

let app: App
let digest: string | undefined
let answer: (deployment: OpenDeployment) => StepsOutcome | Promise<StepsOutcome>
let builds = 0
let seen: OpenDeployment[] = []
const well: StepsOutcome = { state: 'done', memory: {} }
const handlers = testHandlers(db, {
  runBuild: builtAs(() => digest ?? `${++builds}`.padEnd(64, '0')),
  runTarget: async (deployment) => {
    seen.push(deployment)
    return answer(deployment)
  },
})
const work = () => runDueJobs(db, clock, handlers)
/** All but what deploys, which then finds everything as it has become. */
const workWithoutDeploying = () =>
  runDueJobs(
    db,
    clock,
    handlers.filter(({ job }) => job !== deployJob && job !== restoreJob),
  )

beforeEach(async () => {
  digest = undefined
  answer = () => well
  seen = []
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
})

const twoStages = 'pipeline: [{ stage: staging }, { stage: production }]\n'
const twoRegions =
  'pipeline: [{ stage: production, waves: [{ regions: [eu-west-1, us-east-1], limit: 1 }] }]\n'

async function push(manifest = '', sha?: string): Promise<ExecutionId> {
  clock.advance(1000)
  const files = { 'slipway.yaml': manifest }
  const { outcome } = await pushTo(db, clock, { app, by: userId, files, ...(sha !== undefined && { sha }) })
  if (outcome.kind !== 'deploys') throw new Error(`the push ${outcome.kind}`)
  return outcome.executionId
}
const inTenant = <T>(run: Parameters<typeof db.inOrganisation<T>>[1]) =>
  db.inOrganisation(organisationId, run)
const shown = (number: number) =>
  getExecution(db, organisationId, { app: app.name, number }, 'http://{name}.localhost:4700')
const cancel = (number: number) =>
  cancelExecution(db, organisationId, { app: app.name, number, by: userId }, clock)
const markBad = (number: number) =>
  inTenant((tx) =>
    tx.revision.updateMany({
      where: { appId: app.id, executions: { some: { number } } },
      data: { badSince: clock.now(), badReason: {} },
    }),
  )
const releases = () => seen.map(({ environment, release }) => [environment.region, release.number])
const exited: UserErrorFields = { code: 'app-exited', kind: 'failed', what: 'web ended with code 1.' }
const fails = (region: string, number: number) => (deployment: OpenDeployment) =>
  deployment.environment.region === region && deployment.release.number === number
    ? ({ state: 'failed', step: 'deploy', error: exited, memory: {} } as const)
    : well

describe('a deployment that is stopped', () => {
  test('before it was opened never begins, and its execution ends at once', async () => {
    await push()
    await workWithoutDeploying()
    expect((await shown(1)).status).toBe('deploying')
    await cancel(1)
    await work()
    expect((await shown(1)).status).toBe('cancelled')
    expect(seen).toEqual([])
    expect(await inTenant((tx) => tx.deployment.count({ where: { environment: { appId: app.id } } }))).toBe(0)
    await push()
    await work()
    expect((await shown(2)).status).toBe('succeeded')
  })

  test('is not wanted any more by whoever is about to tell its host', async () => {
    const until = new Date(clock.now().getTime() + 60_000)
    answer = () => ({ state: 'waiting', until })
    await push()
    await work()
    const [open] = seen
    if (open === undefined) throw new Error('nothing was opened')
    expect(await inTenant((tx) => begin(tx, open, clock))).toBe(true)
    expect(await inTenant((tx) => begin(tx, { ...open, attempt: 2 }, clock))).toBe(false)
    await cancel(1)
    expect(await inTenant((tx) => begin(tx, open, clock))).toBe(false)
  })
})

test('a deployment that ended takes its command from a host that has not heard of it', async () => {
  const hostId = await push().then(async () => {
    const [environment] = await inTenant((tx) => environmentsOf(tx, app.id))
    if (environment === undefined) throw new Error('there is no environment')
    const { id: environmentId, cloudAccountId, region } = environment
    const place = { organisationId, cloudAccountId, region, kind: 'host' as const, environmentId }
    return inTenant((tx) => expectHost(tx, place, {}, clock))
  })
  answer = () => ({ state: 'waiting', until: new Date(clock.now().getTime() + 60_000) })
  await work()
  const [open] = seen
  if (open === undefined) throw new Error('nothing was opened')
  const deadline = new Date(clock.now().getTime() + 3_600_000)
  const command = { kind: 'deploy' as const, spec: specOf(open) }
  await inTenant((tx) =>
    sendCommand(
      tx,
      {
        organisationId,
        hostId,
        fence: open.fence,
        deadline,
        command,
        // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
        then: { name: 'test.wake', payload: {} },
      },
      clock,
    ),
  )
  expect(await inTenant((tx) => pendingCommands(tx, hostId, clock))).toHaveLength(1)
  answer = () => ({ state: 'failed', step: 'deploy', error: { code: 'aws-quota', what: 'No.' }, memory: {} })
  clock.advance(60_000)
  await work()
  expect((await shown(1)).status).toBe('failed')
  expect(await inTenant((tx) => pendingCommands(tx, hostId, clock))).toEqual([])
})

describe('what goes back', () => {
  test('goes to the newest that was healthy here and is not bad, where the one before has been marked since', async () => {
    await push(twoRegions)
    await work()
    await push(twoRegions)
    await work()
    answer = fails('us-east-1', 3)
    await push(twoRegions)
    await workWithoutDeploying()
    await markBad(2)
    seen = []
    await work()
    expect(releases()).toEqual([
      ['eu-west-1', 3],
      ['us-east-1', 3],
      ['eu-west-1', 1],
    ])
    expect((await shown(3)).status).toBe('failed')
  })

  test('has nothing to go back to where it was the first, and says so', async () => {
    answer = fails('us-east-1', 1)
    await push(twoRegions)
    await work()
    const { status, events } = await shown(1)
    expect(status).toBe('failed')
    expect(events.find(({ type }) => type === 'target-restore-failed')?.words).toContain(
      'There is nothing to go back to here.',
    )
  })
})

describe('a commit that was marked bad meanwhile', () => {
  test('does not come into the next stage, unless a person let it in', async () => {
    const sha = 'c'.repeat(40)
    answer = async () => {
      await markBad(1)
      return well
    }
    await push(twoStages, sha)
    await work()
    expect(seen.map(({ environment }) => environment.stage)).toEqual(['staging'])
    expect(await shown(1)).toMatchObject({ status: 'failed', error: { code: 'release-is-bad' } })

    answer = () => well
    await push(twoStages, sha)
    await workWithoutDeploying()
    await deployExecution(db, organisationId, { app: app.name, number: 2, by: userId }, clock)
    await work()
    expect((await shown(2)).status).toBe('succeeded')
  })

  test('is not gone back to by a rollback that was asked for before', async () => {
    for (let each = 0; each < 2; each++) {
      await push()
      await work()
    }
    const asked = { app: app.name, environment: 'production', release: 1, by: userId, reason: null }
    await rollBack(db, organisationId, asked, clock)
    await workWithoutDeploying()
    await markBad(1)
    seen = []
    await work()
    expect(seen).toEqual([])
    expect(await shown(3)).toMatchObject({ status: 'failed', error: { code: 'release-is-bad' } })
  })
})

test('an older push does not go over a newer one that came in by a stage of another name', async () => {
  await push()
  await workWithoutDeploying()
  const newer = await push()
  await workWithoutDeploying()
  // What that stage leaves behind: its deployment.
  await inTenant(async (tx) => {
    const [environment] = await environmentsOf(tx, app.id)
    const release = await tx.release.findFirstOrThrow({
      where: { appId: app.id, revision: { executions: { some: { id: newer } } } },
    })
    await tx.deployment.create({
      data: {
        id: newId('deployment'),
        organisationId,
        environmentId: environment?.id ?? '',
        executionId: newer,
        releaseId: release.id,
        fence: 1n,
        status: 'healthy',
        startedAt: clock.now(),
        endedAt: clock.now(),
      },
    })
  })
  await work()
  expect(await shown(1)).toMatchObject({ status: 'failed', error: { code: 'release-overtaken' } })
})

describe('the release of a later stage', () => {
  test('is of the commit that was pushed, also where two commits build the same bytes', async () => {
    digest = 'd'.repeat(64)
    for (let each = 0; each < 2; each++) {
      await push(twoStages)
      await work()
    }
    const revisions = seen.map(({ release }) => release.revisionId)
    expect(revisions[1]).toBe(revisions[0])
    expect(revisions[3]).toBe(revisions[2])
    expect(revisions[2]).not.toBe(revisions[0])
  })

  test('lies where its runner put it, until it is brought to its own place', async () => {
    // So that the copy is the newer of the two.
    answer = () => {
      clock.advance(1000)
      return well
    }
    await push(twoStages)
    await work()
    const [staging, production] = seen
    if (staging === undefined || production === undefined) throw new Error('nothing was deployed')
    const origin = { environmentId: staging.environmentId, key: staging.release.key }
    expect(production.release.key).not.toBe(staging.release.key)
    await inTenant(async (tx) => {
      for (const { release } of [staging, production])
        expect(await originOf(tx, app.id, await getRelease(tx, asId('release', release.id)))).toEqual(origin)
    })
  })
})

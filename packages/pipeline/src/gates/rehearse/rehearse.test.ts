import { asId, newId, stoppedClock, type UserErrorFields } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import type { App } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { expectHost, sendCommand } from '@slipway/hosts'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { overrideCheck } from '../../act-on-check.ts'
import { cancelExecution } from '../../actions.ts'
import { environmentLease, type OpenDeployment } from '../../deployment-rows.ts'
import { getDeliveryFigures } from '../../read/get-delivery-figures.ts'
import { getExecution } from '../../read/get-execution.ts'
import { endWay, wayId } from '../../rehearsal-rows.ts'
import { getRelease } from '../../release-rows.ts'
import type { StepsOutcome } from '../../run-steps.ts'
import { specOf } from '../../server-deployment.ts'
import { builtAs, pushTo, runDueJobs, testHandlers } from '../../testing.ts'

/** The real rows, leases and jobs; what a host would answer is said by the test. */
const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-27T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const appsUrl = 'http://{name}.localhost:4700'

type Told = { environment: string; release: number; rehearsal: string | null; fence: number }
let told: Told[] = []
let open: OpenDeployment | undefined
/** What the host says to a way of an environment; without it, that it is well. */
let answers: (deployment: OpenDeployment) => StepsOutcome
let digest = ''
let app: App

const handlers = testHandlers(db, {
  runBuild: builtAs(() => digest),
  runTarget: async (deployment) => {
    open = deployment
    const { environment, release, rehearsal, fence } = deployment
    told.push({
      environment: environment.name,
      release: release.number,
      rehearsal: rehearsal?.way ?? null,
      fence: Number(fence),
    })
    return answers(deployment)
  },
})
const well: StepsOutcome = { state: 'done', memory: {} }
const busy = (seconds = 15): StepsOutcome => ({
  state: 'waiting',
  until: new Date(clock.now().getTime() + seconds * 1000),
})
const wrong = (code: string): StepsOutcome => {
  const error: UserErrorFields = { code, kind: 'failed', what: `It ended with ${code}.` }
  return { state: 'failed', step: 'deploy', error, memory: {} }
}
const onWay = (way: string, outcome: () => StepsOutcome) => (deployment: OpenDeployment) =>
  deployment.rehearsal?.way === way ? outcome() : well

beforeEach(async () => {
  answers = () => well
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
})

const work = () => runDueJobs(db, clock, handlers)
const rehearsed = 'pipeline: [{ stage: production, after: [{ rehearse: rollback }] }]'

async function push(manifest = rehearsed) {
  clock.advance(60_000)
  told = []
  const { sha, outcome } = await pushTo(db, clock, { app, by: userId, files: { 'slipway.yaml': manifest } })
  if (outcome.kind !== 'deploys') throw new Error(`the push ${outcome.kind}`)
  digest = sha.padEnd(64, '0')
  await work()
}
const shown = (number: number) => getExecution(db, organisationId, { app: app.name, number }, appsUrl)
const liveNow = () =>
  db.inOrganisation(organisationId, async (tx) => {
    const rows = await tx.environment.findMany({ where: { appId: app.id }, orderBy: { name: 'asc' } })
    const releases = await tx.release.findMany({ where: { appId: app.id } })
    return rows.map(({ liveReleaseId }) => releases.find(({ id }) => id === liveReleaseId)?.number ?? null)
  })

describe('a rehearsal', () => {
  test('that goes forward is not ended by a worker that comes late with the end of the way back', async () => {
    await push()
    answers = onWay('forward', busy)
    await push()
    const ways = () =>
      db.inOrganisation(organisationId, (tx) =>
        tx.deployment.findMany({
          where: { rehearses: true, environment: { appId: app.id } },
          orderBy: { fence: 'asc' },
        }),
      )
    expect((await ways()).map(({ status }) => status)).toEqual(['healthy', 'running'])
    const { id, executionId, releaseId, environmentId } = (await ways())[0] ?? expect.fail('no way back')
    const of = {
      organisationId,
      executionId: asId('execution', executionId),
      path: 'production/after/0',
      attempt: 1,
      environmentId: asId('environment', environmentId),
    }
    expect(id).toBe(wayId(of, 'back'))
    await db.inOrganisation(organisationId, async (tx) => {
      const release = await getRelease(tx, asId('release', releaseId))
      await endWay(tx, of, 'back', { is: 'healthy', release }, clock)
    })
    expect((await ways()).map(({ status }) => status)).toEqual(['healthy', 'running'])
    answers = () => well
    clock.advance(15_000)
    await work()
    expect(await liveNow()).toEqual([2])
    expect((await shown(2)).status).toBe('succeeded')
  })

  test('of the first release has nothing to go back to, and says so', async () => {
    await push()
    expect((await shown(1)).status).toBe('succeeded')
    expect(told.map(({ rehearsal }) => rehearsal)).toEqual([null])
  })

  test('goes to the release before and forward again under one hold of the environment', async () => {
    await push()
    await push()
    expect(told).toEqual([
      { environment: 'production', release: 2, rehearsal: null, fence: 2 },
      { environment: 'production', release: 1, rehearsal: 'back', fence: 3 },
      { environment: 'production', release: 2, rehearsal: 'forward', fence: 4 },
    ])
    expect(await liveNow()).toEqual([2])
    const { status, parts } = await shown(2)
    expect(status).toBe('succeeded')
    expect(parts.slice(-3)).toMatchObject([
      {
        title: 'Rehearsal of a rollback',
        status: 'passed',
        check: { watched: { counts: [{ now: 1, needed: 1 }] } },
      },
      { title: 'Back in production', kind: 'deployment', release: 1, status: 'healthy' },
      { title: 'Forward in production', kind: 'deployment', release: 2, status: 'healthy' },
    ])
  })

  test('brings all environments of its wave there side by side, and waits for the last', async () => {
    const regions = `regions: [${app.region}, us-east-1]`
    const manifest = `pipeline: [{ stage: production, ${regions}, after: [{ rehearse: rollback }] }]`
    await push(manifest)
    answers = (deployment) =>
      deployment.rehearsal?.way === 'back' && deployment.environment.region === 'us-east-1' ? busy() : well
    await push(manifest)
    expect(await liveNow()).toEqual([2, 2])
    expect((await shown(2)).parts.flatMap(({ check }) => check?.state ?? [])).toMatchObject([
      { is: 'asked', waitsFor: 'production-us-east-1 to go back to release 1' },
    ])
    answers = () => well
    clock.advance(16_000)
    await work()
    expect((await shown(2)).status).toBe('succeeded')
    expect(told.filter(({ rehearsal }) => rehearsal === 'forward')).toHaveLength(2)
  })

  test('that is not well on the way back fails; what was deployed stays, and is not bad', async () => {
    await push()
    answers = onWay('back', () => wrong('app-exited'))
    await push()
    expect(await shown(2)).toMatchObject({ status: 'failed', error: { code: 'rehearsal-not-back' } })
    expect((await shown(2)).revision.isBad).toBe(false)
    expect(told.map(({ rehearsal }) => rehearsal)).toEqual([null, 'back'])
    expect(await liveNow()).toEqual([2])
  })

  test('whose host does not say how the way back ended is told the way forward, and has failed', async () => {
    await push()
    answers = onWay('back', () => busy())
    await push()
    await hostIsTold()
    answers = onWay('back', () => wrong('host-did-not-answer'))
    clock.advance(16_000)
    await work()
    expect(told.at(-1)).toMatchObject({ release: 2, rehearsal: 'forward' })
    expect(await shown(2)).toMatchObject({ status: 'failed', error: { code: 'rehearsal-not-back' } })
    expect(await liveNow()).toEqual([2])
  })

  test('whose way back cannot be carried out is told the way forward all the same, and has failed', async () => {
    await push()
    answers = onWay('back', () => {
      throw new Error('a fault of Slipway')
    })
    await push()
    for (let attempt = 0; attempt < 8; attempt++) {
      clock.advance(130_000)
      await work()
    }
    expect(told.at(-1)).toMatchObject({ release: 2, rehearsal: 'forward' })
    expect(await shown(2)).toMatchObject({ status: 'failed', error: { code: 'rehearsal-not-back' } })
    expect(await liveNow()).toEqual([2])
  })

  test('that is not well on the way forward is red: the wave goes back, and the revision is bad', async () => {
    await push()
    answers = onWay('forward', () => wrong('app-exited'))
    await push()
    expect(await shown(2)).toMatchObject({ status: 'failed', error: { code: 'rehearsal-not-forward' } })
    expect((await shown(2)).revision.isBad).toBe(true)
    expect(told.map(({ release, rehearsal }) => [release, rehearsal])).toEqual([
      [2, null],
      [1, 'back'],
      [2, 'forward'],
      [1, null],
    ])
    expect(await liveNow()).toEqual([1])
  })

  test.each(['cancelled', 'passed over'])('that is %s on its way goes to its end', async (how) => {
    await push()
    answers = onWay('back', () => busy())
    await push()
    const asked = { app: app.name, number: 2, by: userId }
    if (how === 'cancelled') await cancelExecution(db, organisationId, asked, clock)
    else {
      const path = 'production/after/0'
      await overrideCheck(db, organisationId, { ...asked, path, reason: 'in a hurry' }, clock)
    }
    await work()
    expect((await shown(2)).status).toBe(how === 'cancelled' ? 'cancelled' : 'succeeded')
    await hostIsTold()
    answers = () => well
    clock.advance(16_000)
    await work()
    expect(told.at(-1)).toMatchObject({ release: 2, rehearsal: 'forward' })
    expect(await liveNow()).toEqual([2])
  })

  test('that is cancelled before its host was told is not begun', async () => {
    await push()
    answers = onWay('back', () => busy())
    await push()
    await cancelExecution(db, organisationId, { app: app.name, number: 2, by: userId }, clock)
    await work()
    told = []
    answers = () => well
    clock.advance(16_000)
    await work()
    expect(told).toEqual([])
    expect(await liveNow()).toEqual([2])
    await push('pipeline: [{ stage: production }]')
    expect(await liveNow()).toEqual([3])
  })

  test.each(['holds', 'ran out'])(
    'gives way to a push after its end, whether its lease %s',
    async (lease) => {
      await push()
      answers = onWay('back', () => busy(3000))
      await push()
      await hostIsTold()
      await cancelExecution(db, organisationId, { app: app.name, number: 2, by: userId }, clock)
      await work()
      if (lease === 'ran out') await leaseRunsOut()
      await push('pipeline: [{ stage: production }]')
      expect((await shown(3)).status).toBe('succeeded')
      answers = () => well
      clock.advance(3_000_000)
      await work()
      expect(await liveNow()).toEqual([3])
      expect(told.at(-1)).toMatchObject({ release: 3, rehearsal: null })
      await push()
      expect(await liveNow()).toEqual([4])
    },
  )

  test('is counted neither as a delivery nor as a rollback', async () => {
    await push()
    await push()
    expect(await getDeliveryFigures(db, organisationId, app.name, clock)).toMatchObject({
      deployments: { count: 2 },
      rolledBack: { count: 0, of: 2 },
      restore: null,
    })
  })

  test('is tried with no part of the requests first', async () => {
    const canary =
      'pipeline: [{ stage: production, waves: [{ one-box: 10%, after: [{ rehearse: rollback }] }] }]'
    await push(canary)
    const specs: unknown[] = []
    answers = (deployment) => {
      specs.push([
        deployment.rehearsal?.way ?? null,
        'canary' in specOf(deployment),
        specOf(deployment).watchSeconds,
      ])
      return well
    }
    await push(canary)
    expect(specs).toEqual([
      [null, true, 60],
      ['back', false, 60],
      ['forward', false, 60],
    ])
  })
})

/** Sends the release that was last told to its host, as its step would have. */
async function hostIsTold(): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    if (open === undefined) throw new Error('nothing was told yet')
    const { environmentId, fence } = open
    const { cloudAccountId, region } = app
    const place = { organisationId, cloudAccountId, region, kind: 'host' as const, environmentId }
    const hostId = await expectHost(tx, place, {}, clock)
    const deadline = new Date(clock.now().getTime() + 600_000)
    const command = { kind: 'deploy' as const, spec: specOf(open) }
    const then = { name: 'test.then', payload: {} }
    await sendCommand(tx, { organisationId, hostId, fence, deadline, command, then }, clock)
  })
}

/** As after a quarter of an hour in which no worker looked. */
async function leaseRunsOut(): Promise<void> {
  const name = environmentLease(open?.environmentId ?? newId('environment'))
  await db.inOrganisation(
    organisationId,
    (tx) => tx.$executeRaw`update lease set expires_at = clock_timestamp() where name = ${name}`,
  )
}

import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { getEnvironment, setVariable } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import type { Handler } from '@slipway/jobs'
import { afterAll, expect, test } from 'vitest'
import { cancelExecution, deployExecution, rollBack } from './actions.ts'
import { listDeployments } from './read/list-deployments.ts'
import { listExecutions } from './read/list-executions.ts'
import { listReleases } from './read/list-releases.ts'
import { pushTo, runDueJobs, testHandlers } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const sealing = { key: 'a key of the installation' }
const place = { environment: 'production' }

/** When a worker dies of a job: nothing of it was done, or all of it was and nobody knows. */
type Crash = 'before' | 'after' | 'twice'
class Died extends Error {}

/** The release that does not come up, and the one that never comes to an end. */
const badRelease = 2
const endlessRelease = 6
const handlers = testHandlers(db, {
  sealing,
  runTarget: async ({ release }, _wake, { clock }) => {
    switch (release.number) {
      case badRelease: {
        const error = { code: 'app-exited', what: 'The app ended with code 1.' }
        return { state: 'failed', step: 'switch', error, memory: {} }
      }
      case endlessRelease:
        return { state: 'waiting', until: new Date(clock.now().getTime() + 5000) }
      default:
        return { state: 'done', memory: {} }
    }
  },
})

/** The same, but every job of this name dies at its first attempt, or is done by two workers. */
function dying(name: string, crash: Crash): Handler[] {
  return handlers.map((handler) => {
    if (handler.job.name !== name) return handler
    return {
      ...handler,
      async run(payload, context) {
        if (crash === 'before' && context.attempt === 1) throw new Died()
        await handler.run(payload, context)
        if (crash === 'after' && context.attempt === 1) throw new Died()
        if (crash === 'twice') await handler.run(payload, context)
      },
    }
  })
}

/**
 * An app's life: a good push, one that does not come up, one that waits and is let in, a changed variable, a way back,
 * one that is cancelled while it waits, and one while it is deployed. Answers what a person sees in the end, and which jobs ran.
 */
async function live(using: Handler[], isCalm: boolean) {
  const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
  const tenant = await addTenant(db, clock)
  const { organisationId, userId } = tenant
  const app = await addApp(db, tenant, { name: `app-${newId('app').slice(-8)}` }, clock)
  const ran = new Set<string>()
  // A job that died is tried again after a while; one that follows from it may die as well.
  const rounds = isCalm ? 2 : 15
  const settle = async () => {
    for (let round = 0; round < rounds; round++) {
      for (const name of await runDueJobs(db, clock, using)) ran.add(name)
      clock.advance(20_000)
    }
  }
  const push = async () => {
    clock.advance(1000)
    await pushTo(db, clock, { app, by: userId })
    await settle()
  }
  const deployByItself = (autoDeploy: boolean) =>
    db.inOrganisation(organisationId, (tx) => tx.app.update({ where: { id: app.id }, data: { autoDeploy } }))

  await push()
  await push()
  await deployByItself(false)
  await push()
  await deployExecution(db, organisationId, { app: app.name, number: 3, by: userId }, clock)
  await settle()
  const variable = { app: app.name, ...place, name: 'A', value: '1', secret: false, by: userId }
  await setVariable(db, organisationId, variable, { clock, sealing })
  await settle()
  await rollBack(db, organisationId, { app: app.name, ...place, release: 1, reason: null, by: userId }, clock)
  await settle()
  await push()
  await cancelExecution(db, organisationId, { app: app.name, number: 6, by: userId }, clock)
  await settle()
  await deployByItself(true)
  await push()
  await cancelExecution(db, organisationId, { app: app.name, number: 7, by: userId }, clock)
  await settle()

  const { executions } = await listExecutions(db, organisationId, { app: app.name })
  const releases = await listReleases(db, organisationId, { app: app.name, ...place })
  const deployments = await listDeployments(db, organisationId, { app: app.name, ...place })
  const shown = await getEnvironment(db, organisationId, app.name, place.environment, 'http://{name}.test')
  const mails = await db.inSystem('relay the outbox', (tx) =>
    tx.outbox.count({ where: { organisationId, name: 'organisations.send-mail' } }),
  )
  return {
    ran,
    seen: {
      executions: executions.map(({ number, kind, status }) => [number, kind, status]),
      releases: releases.map(({ number, isLive, notPossible }) => [number, isLive, notPossible !== null]),
      deployments: deployments.map((one) => [one.execution, one.release, one.status, one.isRollBack]),
      live: shown.live?.number,
      mails,
    },
  }
}

const calm = await live(handlers, true)

test('the story has an execution of each kind and each end, and tells its failure once', () => {
  expect(calm.seen).toMatchObject({
    executions: [
      [7, 'push', 'cancelled'],
      [6, 'push', 'cancelled'],
      [5, 'rollback', 'succeeded'],
      [4, 'configuration', 'succeeded'],
      [3, 'push', 'succeeded'],
      [2, 'push', 'failed'],
      [1, 'push', 'succeeded'],
    ],
    live: 1,
    mails: 1,
  })
})

test.each(
  [...calm.ran].flatMap((name) =>
    (['before', 'after', 'twice'] satisfies Crash[]).map((crash) => ({ name, crash })),
  ),
)('$name, $crash: the same end, and nothing there twice', async ({ name, crash }) => {
  expect((await live(dying(name, crash), false)).seen).toEqual(calm.seen)
})

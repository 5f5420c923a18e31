import { makeLog, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { expectHost, storeRun } from '@slipway/hosts'
import { runJob } from '@slipway/jobs'
import { servicePlanSchema } from '@slipway/manifest'
import type { RunReport } from '@slipway/protocol'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { findEnvironment } from './find-app.ts'
import { cancelCommand, readRuns, runCommand } from './runs.ts'
import { adoptServices, prepareServices } from './services.ts'
import { tellRunHandler } from './tell-run.ts'
import { addApp, addTenant } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:10:30Z'))

const plans = [
  { name: 'web', run: 'node web.js', kind: 'web' },
  {
    name: 'nightly',
    run: 'node report.js',
    kind: 'cron',
    cron: { cron: '0 3 * * *', zone: 'Europe/Berlin', overlap: 'skip', timeoutSeconds: 60 },
  },
].map((plan) => servicePlanSchema.parse({ root: '', disks: [], why: [], ...plan }))

/** An app whose host is there, with what runs on it; `isLive`: a release is. */
async function shop(isLive = true) {
  const tenant = await addTenant(db, clock)
  const { organisationId, userId } = tenant
  const { name: app } = await addApp(db, tenant, { name: 'shop' }, clock)
  const place = { app, environment: 'production' }
  const { hostId, environmentId, nightly } = await db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, app, 'production')
    const { id: environmentId, cloudAccountId, region } = environment
    const on = { organisationId, cloudAccountId, region, kind: 'host' as const, environmentId }
    const hostId = await expectHost(tx, on, {}, clock)
    await tx.host.update({ where: { id: hostId }, data: { state: 'online' } })
    const services = await prepareServices(tx, { organisationId, environmentId, appName: app }, plans, clock)
    await adoptServices(tx, { organisationId, environmentId }, plans, clock)
    if (isLive)
      await tx.environment.update({ where: { id: environmentId }, data: { liveReleaseId: newId('release') } })
    const nightly = services.find(({ name }) => name === 'nightly')
    if (nightly === undefined) throw new Error('no service was prepared')
    return { hostId, environmentId, nightly }
  })
  const say = (run: Partial<RunReport>) => {
    const id = newId('run')
    const dueAt = '2026-11-24T02:00:00.000Z'
    const said = {
      id,
      serviceId: nightly.id,
      releaseId: newId('release'),
      dueAt,
      state: 'running' as const,
      ...run,
    }
    return db.inOrganisation(organisationId, (tx) =>
      storeRun(tx, { organisationId, hostId, environmentId, run: said }),
    )
  }
  return { organisationId, userId, place, nightly, say }
}
const asked = { service: null, command: 'date', timeoutSeconds: 60 }

test('a cron service has no address, and is shown with when it is due next and how it ended last', async () => {
  const { organisationId, place, nightly, say } = await shop()
  expect(nightly.publicName).toBeNull()
  expect((await readRuns(db, organisationId, place, clock)).cron).toMatchObject([
    { name: 'nightly', last: null },
  ])
  await say({ state: 'failed', code: 3 })
  const { cron, runs } = await readRuns(db, organisationId, place, clock)
  expect(cron).toMatchObject([
    { command: 'node report.js', nextAt: '2026-11-25T02:00:00.000Z', last: { state: 'failed', code: 3 } },
  ])
  expect(runs).toMatchObject([{ service: 'nightly', by: null, kind: 'cron' }])
})

test('a command runs as the service that visitors reach, unless another is named, and is in the audit log', async () => {
  const { organisationId, userId, place } = await shop()
  const { runId } = await runCommand(db, organisationId, { ...place, ...asked, by: userId }, clock)
  await runCommand(db, organisationId, { ...place, ...asked, service: 'nightly', by: userId }, clock)
  const { runs } = await readRuns(db, organisationId, place, clock)
  expect(
    runs.map(({ service, by }) => ({ service, by })).toSorted((a, b) => (a.service < b.service ? -1 : 1)),
  ).toEqual([
    { service: 'nightly', by: 'Ines' },
    { service: 'web', by: 'Ines' },
  ])
  await cancelCommand(db, organisationId, { ...place, runId, by: userId }, clock)
  const entries = await db.inOrganisation(organisationId, (tx) =>
    tx.auditEntry.findMany({ where: { action: { startsWith: 'runs.' } }, orderBy: { sequence: 'asc' } }),
  )
  expect(entries).toMatchObject([
    { action: 'runs.start', detail: { service: 'web', command: 'date' } },
    { action: 'runs.start', detail: { service: 'nightly' } },
    { action: 'runs.cancel', detail: { run: runId } },
  ])
})

test('where nothing is live, or there is no such service, nothing is run', async () => {
  const { organisationId, userId, place } = await shop(false)
  const run = (service: string | null) =>
    runCommand(db, organisationId, { ...place, ...asked, service, by: userId }, clock)
  await expect(run(null)).rejects.toMatchObject({ fields: { code: 'run-nothing-live' } })
  const live = await shop()
  const wrong = { ...live.place, ...asked, service: 'wbe', by: live.userId }
  await expect(runCommand(db, live.organisationId, wrong, clock)).rejects.toMatchObject({
    fields: { code: 'run-nothing-live', what: expect.stringContaining('wbe') },
  })
})

const mail = z.object({ to: z.string(), subject: z.string(), text: z.string() })

test('the owners are told of a run that was missed, with where to look', async () => {
  const { organisationId, userId, say } = await shop()
  await say({ state: 'missed', missed: 3 })
  const handlers = new Map([
    [
      'hosts.run-went-wrong',
      tellRunHandler({ environmentUrl: (...parts) => `https://slipway.test/${parts.join('/')}` }),
    ],
  ])
  const jobs = (name: string) =>
    db.inSystem('relay the outbox', (tx) => tx.outbox.findMany({ where: { name, organisationId } }))
  const stopping = new AbortController().signal
  for (const { id } of await jobs('hosts.run-went-wrong'))
    await runJob({ db, clock, log: makeLog('test', 'silent'), handlers, stopping }, id)
  const [sent, ...others] = (await jobs('organisations.send-mail')).map(({ payload }) => mail.parse(payload))
  expect(others).toEqual([])
  expect(sent?.to).toBe(`${userId}@example.com`)
  expect(sent?.subject).toBe('nightly of shop was missed, and 2 before it: the host was away')
  expect(sent?.text).toMatch(/https:\/\/slipway\.test\/acme[^/]*\/shop\/production/)
})

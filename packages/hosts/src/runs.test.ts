import { asId, makeLog, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { runJob } from '@slipway/jobs'
import type { RunReport } from '@slipway/protocol'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { commandAccepted, endCommand, pendingCommands } from './commands.ts'
import { hostsJobs } from './jobs.ts'
import { mayWrite } from './may-write.ts'
import { cancelRun, listRuns, runWentWrong, startRun, storeRun } from './runs.ts'
import { addHost } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:10:00Z'))

type Host = Awaited<ReturnType<typeof addHost>>
const read = ({ organisationId, environmentId }: Host) =>
  db.inOrganisation(organisationId, (tx) => listRuns(tx, { environmentId, limit: 10 }))
const report = (host: Host, run: Partial<RunReport>): RunReport => ({
  id: newId('run'),
  serviceId: host.serviceId,
  releaseId: newId('release'),
  dueAt: '2026-11-24T10:00:00.000Z',
  state: 'running',
  ...run,
})
const say = ({ organisationId, hostId, environmentId }: Host, run: RunReport) =>
  db.inOrganisation(organisationId, (tx) => storeRun(tx, { organisationId, hostId, environmentId, run }))
const online = ({ organisationId, hostId }: Host) =>
  db.inOrganisation(organisationId, (tx) =>
    tx.host.update({ where: { id: hostId }, data: { state: 'online', protocol: 5 } }),
  )
const start = ({ organisationId, environmentId, serviceId }: Host) =>
  db.inOrganisation(organisationId, (tx) =>
    startRun(
      tx,
      {
        organisationId,
        environmentId,
        service: { id: serviceId, name: 'web' },
        command: 'bin/console',
        timeoutSeconds: 60,
        by: 'usr_1',
      },
      clock,
    ),
  )

/** What was to follow the end of commands. */
async function follow(): Promise<void> {
  const handlers = new Map(hostsJobs().map((handler) => [handler.job.name, handler]))
  const stopping = new AbortController().signal
  const due = await db.inSystem('relay the outbox', (tx) =>
    tx.outbox.findMany({ where: { doneAt: null, dueAt: { lte: clock.now() } }, select: { id: true } }),
  )
  for (const { id } of due)
    await runJob({ db, clock, log: makeLog('test', 'silent'), handlers, stopping }, id)
}

test('what a host says of a run takes the place of what it said before, and what is over stays over', async () => {
  const host = await addHost(db, clock)
  const run = report(host, { startedAt: '2026-11-24T10:00:01.000Z' })
  await say(host, run)
  expect(await read(host)).toMatchObject([
    { kind: 'cron', state: 'running', dueAt: run.dueAt, endedAt: null },
  ])
  const over = { ...run, state: 'failed' as const, code: 3, endedAt: '2026-11-24T10:00:09.000Z' }
  await say(host, over)
  await say(host, over)
  await say(host, run)
  expect(await read(host)).toMatchObject([{ state: 'failed', code: 3, endedAt: over.endedAt }])
})

test('a run that went wrong is news once, until one went well', async () => {
  const host = await addHost(db, clock)
  const at = (minute: number) => `2026-11-24T10:0${minute}:00.000Z`
  const runs = (['failed', 'missed', 'skipped', 'timed-out', 'succeeded', 'failed'] as const).map(
    (state, index) => report(host, { state, dueAt: at(index) }),
  )
  for (const run of runs) {
    await say(host, run)
    await say(host, run)
  }
  const news = await db.inSystem('relay the outbox', (tx) =>
    tx.outbox.findMany({ where: { name: runWentWrong }, orderBy: { id: 'asc' }, select: { payload: true } }),
  )
  const own = new Set<string>(runs.map(({ id }) => id))
  const told = news.flatMap(({ payload }) => {
    const { runId } = z.object({ runId: z.string() }).parse(payload)
    return own.has(runId) ? [runId] : []
  })
  expect(told).toEqual([runs[0]?.id, runs[5]?.id])
})

test('a host says nothing of a service that is not of its environment', async () => {
  const [host, other] = [await addHost(db, clock), await addHost(db, clock)]
  await say(host, report(other, {}))
  expect(await read(host)).toEqual([])
  expect(await read(other)).toEqual([])
})

test('runs are forgotten after a month', async () => {
  const host = await addHost(db, clock)
  await say(host, report(host, { dueAt: '2026-10-20T10:00:00.000Z', state: 'succeeded' }))
  const now = report(host, {})
  await say(host, now)
  expect((await read(host)).map(({ id }) => id)).toEqual([now.id])
})

test('a command of a person waits for its host, runs there, and ends as the host says', async () => {
  const host = await addHost(db, clock)
  await online(host)
  const { organisationId, hostId } = host
  const id = await start(host)
  expect(await read(host)).toMatchObject([{ id, kind: 'command', state: 'waiting', command: 'bin/console' }])
  const [command] = await db.inOrganisation(organisationId, (tx) => pendingCommands(tx, hostId, clock))
  expect(command?.command).toMatchObject({ kind: 'run', spec: { runId: id, command: 'bin/console' } })
  const ofCommand = { hostId, id: asId('hostCommand', command?.id ?? '') }
  await db.inOrganisation(organisationId, (tx) => commandAccepted(tx, ofCommand, clock))
  expect(await read(host)).toMatchObject([{ state: 'running', startedAt: clock.now().toISOString() }])

  const mine = { hostId, environmentId: host.environmentId, stream: `run:${id}` }
  const theirs = { ...mine, stream: `run:${newId('run')}` }
  const may = await db.inOrganisation(organisationId, async (tx) => [
    await mayWrite(tx, mine),
    await mayWrite(tx, theirs),
  ])
  expect(may).toEqual([true, false])

  const outcome = { ok: true as const, output: { code: 4, seconds: 2 } }
  await db.inOrganisation(organisationId, (tx) => endCommand(tx, { ...ofCommand, outcome }, clock))
  await follow()
  expect(await read(host)).toMatchObject([{ state: 'failed', code: 4, endedAt: clock.now().toISOString() }])
})

test('a person ends a command: the host is told which, and the run says that it was cancelled', async () => {
  const host = await addHost(db, clock)
  await online(host)
  const { organisationId, environmentId, hostId } = host
  const id = await start(host)
  await db.inOrganisation(organisationId, (tx) => cancelRun(tx, { organisationId, environmentId, id }, clock))
  const pending = await db.inOrganisation(organisationId, (tx) => pendingCommands(tx, hostId, clock))
  const run = pending.find(({ command }) => command.kind === 'run')
  const stop = pending.find(({ command }) => command.kind === 'stop')
  expect(stop?.command).toEqual({ kind: 'stop', commandId: run?.id })
  const error = { code: 'command-cancelled', kind: 'failed' as const, what: 'It was cancelled.' }
  const of = { hostId, id: asId('hostCommand', run?.id ?? ''), outcome: { ok: false as const, error } }
  await db.inOrganisation(organisationId, (tx) => endCommand(tx, of, clock))
  await follow()
  expect(await read(host)).toMatchObject([{ state: 'cancelled' }])
})

test('without a host that is connected nothing is begun, and it is said', async () => {
  const host = await addHost(db, clock)
  await expect(start(host)).rejects.toMatchObject({ fields: { code: 'run-no-host' } })
  expect(await read(host)).toEqual([])
})

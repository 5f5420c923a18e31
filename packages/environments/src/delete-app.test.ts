import { makeLog, stoppedClock, UserError } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { runJob } from '@slipway/jobs'
import { afterAll, expect, test } from 'vitest'
import { deleteApp, getDeletionPlan } from './delete-app.ts'
import { type DeletionProgress, deleteAppHandler } from './delete-app-job.ts'
import { findApp } from './find-app.ts'
import { addApp, addTenant } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme

let looks: DeletionProgress[] = []
const handler = deleteAppHandler({ deleteEnvironment: async () => looks.shift() ?? { state: 'gone' } })

async function work() {
  for (;;) {
    const next = await db.inSystem('sweep', (tx) =>
      tx.outbox.findFirst({
        where: { name: handler.job.name, doneAt: null, failedAt: null, dueAt: { lte: clock.now() } },
      }),
    )
    if (next === null) return
    const handlers = new Map([[handler.job.name, handler]])
    const stopping = new AbortController().signal
    await runJob({ db, clock, log: makeLog('test', 'silent'), handlers, stopping }, next.id)
  }
}

const isThere = async (name: string) =>
  db.inOrganisation(organisationId, async (tx) => {
    try {
      return (await findApp(tx, organisationId, name)).deletingSince === null ? 'there' : 'being deleted'
    } catch (error) {
      if (error instanceof UserError) return 'gone'
      throw error
    }
  })

test('an app goes once its stack is gone, and its name is free again', async () => {
  await addApp(db, acme, { name: 'shop' }, clock)
  looks = [{ state: 'waiting', until: new Date(clock.now().getTime() + 2000) }, { state: 'gone' }]
  await deleteApp(db, organisationId, { app: 'shop', confirm: 'shop', by: userId }, clock)
  await work()
  expect(await isThere('shop')).toBe('being deleted')
  clock.advance(3000)
  await work()
  expect(await isThere('shop')).toBe('gone')
  await addApp(db, acme, { name: 'shop' }, clock)
  expect(await isThere('shop')).toBe('there')
})

test('nothing is deleted without its name typed', async () => {
  await addApp(db, acme, { name: 'kept' }, clock)
  const asked = { app: 'kept', confirm: 'kep', by: userId }
  await expect(deleteApp(db, organisationId, asked, clock)).rejects.toThrow(UserError)
  expect(await isThere('kept')).toBe('there')
})

test('a deletion waits for whoever changes the environment', async () => {
  const app = await addApp(db, acme, { name: 'busy' }, clock)
  await db.inOrganisation(organisationId, async (tx) => {
    const environment = await tx.environment.findFirstOrThrow({ where: { appId: app.id } })
    await tx.lease.create({
      data: {
        organisationId,
        name: `environment:${environment.id}`,
        holder: 'somebody',
        fence: 1n,
        expiresAt: new Date(Date.now() + 3_600_000),
      },
    })
  })
  await deleteApp(db, organisationId, { app: 'busy', confirm: 'busy', by: userId }, clock)
  await work()
  clock.advance(5000)
  await work()
  expect(await isThere('busy')).toBe('being deleted')
})

test('in an account that was disconnected nothing is called', async () => {
  const other = await addTenant(db, clock)
  await addApp(db, { ...other }, { name: 'left' }, clock)
  await db.inOrganisation(other.organisationId, (tx) =>
    tx.cloudAccount.update({ where: { id: other.cloudAccountId }, data: { state: 'disconnected' } }),
  )
  looks = [{ state: 'failed', error: { what: 'it was called' } }]
  await deleteApp(db, other.organisationId, { app: 'left', confirm: 'left', by: other.userId }, clock)
  await work()
  expect(looks).toHaveLength(1)
})

test('the page says what stays and what it costs', async () => {
  const plan = await getDeletionPlan(db, organisationId, 'kept')
  expect(plan).toMatchObject({ stays: [], totalMicroDollars: '0' })
})

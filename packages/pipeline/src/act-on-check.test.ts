import { newId, stoppedClock, type UserId } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { type App, listApps } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { listAudit, peopleOf, type Role, setRole } from '@slipway/organisations'
import { addPerson } from '@slipway/organisations/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { approveCheck, overrideCheck, rejectCheck } from './act-on-check.ts'
import { cancelExecution } from './actions.ts'
import { eventSchema } from './decide/event.ts'
import { getExecution } from './read/get-execution.ts'
import { listExecutions } from './read/list-executions.ts'
import { pushTo, runDueJobs, testHandlers } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId: owner } = acme
const handlers = testHandlers(db)

async function join(name: string, role: Role): Promise<UserId> {
  const userId = await addPerson(db, name)
  await db.inOrganisation(organisationId, (tx) =>
    setRole(tx, organisationId, { userId, role, by: owner }, clock),
  )
  return userId
}
const emailOf = async (userId: UserId) => (await peopleOf(db, [userId])).get(userId)?.email ?? ''
const ann = await join('Ann', 'admin')
const max = await join('Max', 'member')
const vera = await join('Vera', 'viewer')

let app: App
beforeEach(async () => {
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
})

const afterStaging = (approve: string) => `pipeline:
  - stage: staging
    after: [{ approve: ${approve} }]
  - stage: production
`
const beforeProduction = 'pipeline: [{ stage: production, before: [{ approve: true }] }]\n'

/** A push of commits by these addresses, the last of which is its head; and all that follows from it. */
async function push(pipeline: string, ...authors: string[]): Promise<void> {
  clock.advance(1000)
  const by = { app, by: owner, ...(authors.length > 0 && { authors }) }
  await pushTo(db, clock, { ...by, files: { 'slipway.yaml': pipeline } })
  await work()
}

const work = () => runDueJobs(db, clock, handlers)
const path = 'staging/after/0'
const asked = (by: UserId, number = 1) => ({ app: app.name, number, path, by, reason: null })
const approve = (by: UserId, number = 1) => approveCheck(db, organisationId, asked(by, number), clock)
const reject = (by: UserId, reason: string) =>
  rejectCheck(db, organisationId, { ...asked(by), reason }, clock)
const override = (reason: string, at = path) =>
  overrideCheck(db, organisationId, { ...asked(ann), path: at, reason }, clock)
const appsUrl = 'http://{name}.localhost:4700'
const shown = (number = 1) => getExecution(db, organisationId, { app: app.name, number }, appsUrl)
const lastPush = async () =>
  (await listApps(db, organisationId, appsUrl)).find(({ id }) => id === app.id)?.lastPush
const statuses = async () =>
  (await listExecutions(db, organisationId, { app: app.name })).executions.map(
    ({ number, status }) => `${number} ${status}`,
  )
const audited = async () =>
  (await listAudit(db, organisationId)).entries.filter(({ detail }) => Object(detail).app === app.name)
const mail = z.object({ to: z.string(), subject: z.string(), text: z.string() })
const mails = async () => {
  const rows = await db.inOrganisation(organisationId, (tx) =>
    tx.outbox.findMany({ where: { name: 'organisations.send-mail' } }),
  )
  return rows.map(({ payload }) => mail.parse(payload)).filter(({ subject }) => subject.includes(app.name))
}
const refused = (code: string, why?: string) => ({ fields: { code, ...(why && { why }) } })

describe('an approval', () => {
  test('is waited for in words, lets the revision go on, and counts once', async () => {
    await push(
      afterStaging('{ by: [admin, max@example.com] }').replace('max@example.com', await emailOf(max)),
    )
    expect(await statuses()).toEqual(['1 waiting'])
    expect((await shown()).waits).toMatchObject({
      waitsFor: `Approval by admins, owners and ${await emailOf(max)}`,
      mayAct: `Admins, owners and ${await emailOf(max)}`,
    })
    await approve(max)
    await approve(max)
    await work()
    expect(await statuses()).toEqual(['1 succeeded'])
    expect((await shown()).events.filter(({ type }) => type === 'check-passed')).toMatchObject([
      { words: 'Max opened it.' },
    ])
    expect(await audited()).toMatchObject([{ action: 'executions.approve', actor: max }])
    await approve(max)
    await expect(approve(ann)).rejects.toMatchObject(refused('approval-not-possible', 'Execution 1 is done.'))
  })

  test('is refused to a viewer, and to whoever is not named', async () => {
    await push(afterStaging('{ by: [admin] }'))
    await expect(approve(vera)).rejects.toMatchObject(refused('approval-not-possible'))
    await expect(approve(max)).rejects.toMatchObject(
      refused('approval-not-possible', 'It takes admins and owners.'),
    )
    await expect(reject(max, 'because')).rejects.toMatchObject(refused('approval-not-possible'))
    await work()
    expect(await statuses()).toEqual(['1 waiting'])
  })

  test('is refused to the author of any commit that is carried along, but not once that is live further on', async () => {
    const mine = (await emailOf(ann)).toUpperCase()
    const pipeline = afterStaging('{ not: author }')
    await push(pipeline, mine, 'ines@example.com')
    await expect(approve(ann)).rejects.toMatchObject(refused('approval-not-possible'))
    await approve(max)
    await work()
    await push(pipeline, 'ines@example.com')
    await approve(ann, 2)
    await work()
    expect(await statuses()).toEqual(['2 succeeded', '1 succeeded'])
  })

  test('is refused to who pushed them, whatever author the commits name', async () => {
    await push(afterStaging('{ not: author }'), 'ines@example.com')
    await expect(approve(owner)).rejects.toMatchObject(
      refused(
        'approval-not-possible',
        'You pushed a commit that is carried along, and this asks for somebody else.',
      ),
    )
    await approve(max)
  })

  test('counts the commits of a push that never came to production', async () => {
    const pipeline = afterStaging('{ not: author }')
    await push(pipeline, 'ines@example.com')
    await approve(max)
    await work()
    await push(pipeline, await emailOf(ann))
    await cancelExecution(db, organisationId, { app: app.name, number: 2, by: owner }, clock)
    await work()
    await push(pipeline, 'ines@example.com')
    await expect(approve(ann, 3)).rejects.toMatchObject(refused('approval-not-possible'))
    await approve(max, 3)
  })

  test('of an execution that was superseded is refused with the one that took its place', async () => {
    await push(beforeProduction)
    await push(beforeProduction)
    expect(await statuses()).toEqual(['2 waiting', '1 superseded'])
    const late = approveCheck(db, organisationId, { ...asked(max), path: 'production/before/0' }, clock)
    await expect(late).rejects.toMatchObject(
      refused(
        'approval-not-possible',
        'Execution 1 was superseded by execution 2, which took its commits along.',
      ),
    )
    // Nobody had given their word for it yet.
    expect(await mails()).toEqual([])
  })

  test('whose execution is superseded before it came further is void, and whoever gave it is told', async () => {
    const shut = { open: 'Wed 09:00-16:00 Europe/London' }
    const pipeline = `${afterStaging('true')}    before: [{ window: ${JSON.stringify(shut)} }]\n`
    await push(pipeline)
    await approve(max)
    await work()
    await push(pipeline)
    await approve(ann, 2)
    await work()
    expect(await statuses()).toEqual(['2 waiting', '1 superseded'])
    const told = await mails()
    expect(told).toMatchObject([
      { to: await emailOf(max), subject: `${app.name}: execution 1, which you let pass, was superseded` },
    ])
    expect(told[0]?.text).toContain('You opened “Approval by any member” for it.')
    expect(told[0]?.text).toContain('Before it entered production, a newer push took its place: execution 2')
  })

  test('that arrives together with a newer push does not bring the older one in', async () => {
    await push(beforeProduction)
    await approveCheck(db, organisationId, { ...asked(max), path: 'production/before/0' }, clock)
    // Its stage is free: it enters on the approval, and the newer one waits for its own.
    await push(beforeProduction)
    expect(await statuses()).toEqual(['2 waiting', '1 succeeded'])
  })

  test('is not found in another place, execution or app', async () => {
    await push(afterStaging('true'))
    const notFound = refused('not-found')
    const other = (change: object) => approveCheck(db, organisationId, { ...asked(max), ...change }, clock)
    await expect(other({ path: 'staging/after/1' })).rejects.toMatchObject(notFound)
    await expect(other({ path: 'staging/0/0' })).rejects.toMatchObject(notFound)
    await expect(other({ number: 2 })).rejects.toMatchObject(notFound)
    await expect(other({ app: 'nothing' })).rejects.toMatchObject(notFound)
  })

  test('that nobody gives ends the execution, and what was deployed stays', async () => {
    await push(afterStaging('{ expires: 2h }'))
    clock.advance(2 * 3600_000)
    await work()
    expect(await statuses()).toEqual(['1 failed'])
    expect((await shown()).error).toMatchObject({ code: 'pipeline-check-too-long' })
  })
})

describe('a rejection', () => {
  test('names who and why, is once, and takes nothing back', async () => {
    await push(afterStaging('true'))
    await expect(reject(max, ' no ')).rejects.toMatchObject(refused('reason-missing'))
    await reject(max, 'Not before the sale.')
    await reject(max, 'Not before the sale.')
    await expect(approve(ann)).rejects.toMatchObject(
      refused('approval-not-possible', 'Execution 1 has failed.'),
    )
    await work()
    const execution = await shown()
    expect(execution.error).toMatchObject({
      code: 'approval-rejected',
      what: 'Max rejected “Approval by any member”.',
      why: 'Not before the sale.',
    })
    expect(execution.parts.map(({ title, status }) => [title, status])).toContainEqual([
      'Deploy to staging',
      'healthy',
    ])
    expect(execution.revision.isBad).toBe(false)
    expect(await audited()).toMatchObject([{ action: 'executions.reject', actor: max }])
  })
})

describe('to pass over', () => {
  test('takes a reason, is once, and lets the revision go on', async () => {
    await push(afterStaging('{ by: [owner] }'))
    await expect(override('?')).rejects.toMatchObject(refused('reason-missing'))
    await override('The owner is ill')
    await override('The owner is ill')
    await work()
    expect(await statuses()).toEqual(['1 succeeded'])
    expect((await shown()).events.filter(({ type }) => type === 'check-overridden')).toMatchObject([
      { words: 'Ann passed it over: The owner is ill.' },
    ])
    expect(await audited()).toMatchObject([
      { action: 'executions.override', actor: ann, detail: { path, reason: 'The owner is ill' } },
    ])
  })

  test('works before its turn, for a window as for an approval', async () => {
    const shut = { open: 'Sun 03:00-04:00 Europe/London' }
    await push(
      `pipeline: [{ stage: staging, after: [{ approve: true }] }, { stage: production, before: [{ window: ${JSON.stringify(shut)} }] }]\n`,
    )
    await override('The fix cannot wait.', 'production/before/0')
    await approve(max)
    await work()
    expect(await statuses()).toEqual(['1 succeeded'])
    await expect(override('once more', path)).rejects.toMatchObject(
      refused('override-not-possible', 'Execution 1 is done.'),
    )
  })
})

test('a window that is shut is waited for, and passes when it opens', async () => {
  const open = { open: 'Wed 09:00-16:00 Europe/London' }
  await push(`pipeline: [{ stage: production, before: [{ window: ${JSON.stringify(open)} }] }]\n`)
  expect(await statuses()).toEqual(['1 waiting'])
  const waitsFor = 'Window Wed 09:00–16:00 Europe/London'
  expect((await shown()).waits).toMatchObject({ waitsFor })
  expect(await lastPush()).toMatchObject({ status: 'waiting', waitsFor })
  const [step] = await db.inOrganisation(organisationId, (tx) =>
    tx.deploymentStep.findMany({
      where: { organisationId, path: 'production/before/0/1' },
      orderBy: { startedAt: 'desc' },
    }),
  )
  expect(step).toMatchObject({ state: 'waiting', waitsFor: 'opens Wed 25 Nov 09:00 Europe/London' })
  clock.set(new Date('2026-11-25T09:00:00Z'))
  await work()
  expect(await statuses()).toEqual(['1 succeeded'])
  expect(await lastPush()).toMatchObject({ status: 'succeeded', waitsFor: null })
  const passed = await db.inOrganisation(organisationId, (tx) =>
    tx.executionEvent.findFirst({
      where: { organisationId, key: 'production/before/0/1/answer' },
      orderBy: { at: 'desc' },
    }),
  )
  expect(eventSchema.parse(passed?.event)).toMatchObject({ freshUntil: '2026-11-25T16:00:00.000Z' })
})

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OrganisationId, stoppedClock, UserError } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { wholeHour } from './decide/mask.ts'
import { downloadMinutes, recomputeScript } from './download-minutes.ts'
import { readBill } from './read-bill.ts'
import { switchPlan } from './switch-plan.ts'
import {
  addMember,
  addOrganisation,
  addService,
  heartbeat,
  monthOrThrow,
  recordHours,
} from './testing/setting.ts'

const november = monthOrThrow('2026-11')
const begin = new Date('2026-11-01T00:00:00Z')
const clock = stoppedClock(begin)
let t: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  t = await testDatabase()
})
afterAll(() => t.close())
beforeEach(() => clock.set(begin))

function hours(organisationId: OrganisationId, serviceId: string, count: number): Promise<void> {
  return recordHours(
    t.db,
    organisationId,
    { serviceId, start: november.start, hours: count, mask: wholeHour },
    clock,
  )
}

test('the running month is exact to the minute of the last heartbeat, on either plan', async () => {
  const id = await addOrganisation(t.db, begin)
  await addMember(t.db, id, { since: begin })
  await addMember(t.db, id, { since: begin, role: 'viewer' })
  clock.set(new Date('2026-11-16T00:00:40Z'))
  const host = { hostId: 'host_1', boot: 'one', serviceIds: ['svc_web'] }
  const received = { receivedAt: '2026-11-16T00:00:10Z', sequence: 1, seconds: 70 }
  await heartbeat(t.db, { organisationId: id, ...host, ...received }, clock)

  const bill = await readBill(t.db, id, undefined, clock)
  expect(bill).toMatchObject({
    month: '2026-11',
    isRunning: true,
    minutes: 2,
    total: '0',
    cents: 0,
    invoice: null,
  })
  expect(bill.services).toMatchObject([{ serviceId: 'svc_web', minutes: 2, amount: '200', isGone: true }])
  expect(bill.services[0]?.days.flatMap((minutes, day) => (minutes > 0 ? [[day + 1, minutes]] : []))).toEqual(
    [
      [15, 1],
      [16, 1],
    ],
  )
  expect(bill.free).toMatchObject({ minutes: 45_000, usedMinutes: 2, usedUpAt: null })
  expect(bill.onPlan.usage).toMatchObject({ minutes: 2, gross: '200', free: '200', total: '0' })
  // Half a month and a minute of one seat.
  expect(bill.onPlan.seats).toMatchObject({
    seatsNow: 1,
    monthly: '12000000',
    minutes: 21_601,
    total: '6000277',
  })
  expect(bill.onPlan).toMatchObject({ cheaper: 'usage', seatsCheaperAboveMinutes: 45_000 + 120_000 })
})

test('it names services by app and environment, also when they are gone', async () => {
  const id = await addOrganisation(t.db, begin)
  const serviceId = await addService(t.db, id, { createdAt: begin, removedAt: begin })
  await hours(id, serviceId, 1)
  clock.set(new Date('2026-11-02T00:00:00Z'))
  const { services } = await readBill(t.db, id, '2026-11', clock)
  expect(services).toMatchObject([
    { name: 'web', app: 'shop', environment: 'production', region: 'eu-west-1', isGone: true, minutes: 60 },
  ])
})

test('the forecast goes by the last two weeks, also those before the month; a month that is over has none', async () => {
  const id = await addOrganisation(t.db, new Date('2026-10-01T00:00:00Z'))
  await addMember(t.db, id, { since: begin })
  const serviceId = await addService(t.db, id, { createdAt: new Date('2026-10-01T00:00:00Z') })
  const start = new Date('2026-10-20T00:00:00Z')
  await recordHours(t.db, id, { serviceId, start, hours: 14 * 24, mask: wholeHour }, clock)
  // Another uses the free hours up.
  await hours(id, 'svc_gone', 800)
  clock.set(new Date('2026-11-03T00:00:00Z'))
  const { forecast, total } = await readBill(t.db, id, undefined, clock)
  expect(total).toBe('0')
  const minutes = 30 * 1440 + 2 * 1440 - 45_000
  expect(forecast).toEqual({
    total: { low: String(minutes * 100), high: String(minutes * 100) },
    onUsage: { low: String(minutes * 100), high: String(minutes * 100) },
    onSeats: { low: '12000000', high: '12000000' },
  })
  expect((await readBill(t.db, id, '2026-10', clock)).forecast).toBeNull()
})

test('the free hours are used up in the minute in which all services together reach them', async () => {
  const id = await addOrganisation(t.db, begin)
  await hours(id, 'svc_a', 400)
  await hours(id, 'svc_b', 400)
  clock.set(november.end)
  const bill = await readBill(t.db, id, '2026-11', clock)
  // 375 hours of both: the last free minute is the one before the 376th hour.
  expect(bill.free.usedUpAt).toBe('2026-11-16T14:59:00.000Z')
  expect(bill.cents).toBe(30)
})

test('a month before the organisation, one to come and no month are not found', async () => {
  const id = await addOrganisation(t.db, begin)
  for (const name of ['2026-10', '2026-12', 'november'])
    await expect(readBill(t.db, id, name, clock)).rejects.toBeInstanceOf(UserError)
  await expect(downloadMinutes(t.db, id, '2026-12', clock)).rejects.toBeInstanceOf(UserError)
})

test('a plan begins with the next minute, may be changed back, and stays when asked for again', async () => {
  const id = await addOrganisation(t.db, begin)
  clock.set(new Date('2026-11-10T12:30:20Z'))
  const to = (plan: 'usage' | 'seats') => switchPlan(t.db, id, { plan, by: 'usr_1' }, clock)
  expect(await to('usage')).toEqual({ plan: 'usage', since: null })
  expect((await to('seats')).since?.toISOString()).toBe('2026-11-10T12:31:00.000Z')
  expect((await to('seats')).since?.toISOString()).toBe('2026-11-10T12:31:00.000Z')
  clock.set(new Date('2026-11-10T12:35:00Z'))
  expect((await to('usage')).since?.toISOString()).toBe('2026-11-10T12:36:00.000Z')
  clock.set(new Date('2026-11-10T12:40:00Z'))
  const bill = await readBill(t.db, id, undefined, clock)
  expect(bill.plan.now).toBe('usage')
  expect(bill.plan.spans.map((span) => [span.plan, span.from.slice(8, 16)])).toEqual([
    ['usage', '01T00:00'],
    ['seats', '10T12:31'],
    ['usage', '10T12:36'],
  ])
  const audit = await t.db.inOrganisation(id, (tx) => tx.auditEntry.findMany())
  expect(audit.map((entry) => entry.action)).toEqual(['bill.switch-plan', 'bill.switch-plan'])
})

test('the minutes that are downloaded give the same total and digest in a script that knows nothing of us', async () => {
  const id = await addOrganisation(t.db, begin)
  for (let people = 0; people < 12; people++) await addMember(t.db, id, { since: begin })
  await addMember(t.db, id, {
    since: new Date('2026-11-20T03:17:11Z'),
    until: new Date('2026-11-21T03:17:12Z'),
  })
  for (const service of ['svc_a', 'svc_b', 'svc_c']) await hours(id, service, 700)
  clock.set(new Date('2026-11-17T13:37:20Z'))
  await switchPlan(t.db, id, { plan: 'seats', by: 'usr_1' }, clock)
  clock.set(november.end)
  const bill = await readBill(t.db, id, '2026-11', clock)
  const download = await downloadMinutes(t.db, id, '2026-11', clock)

  const folder = mkdtempSync(join(tmpdir(), 'recompute-'))
  const script = recomputeScript()
  writeFileSync(join(folder, script.fileName), script.source)
  writeFileSync(join(folder, download.fileName), download.csv)
  const printed = execFileSync(process.execPath, [script.fileName, download.fileName], {
    cwd: folder,
    encoding: 'utf8',
  })
  rmSync(folder, { recursive: true })
  expect(JSON.parse(printed)).toEqual({
    awakeMinutesOnUsage: 3 * ((16 * 24 + 13) * 60 + 38),
    cents: bill.cents,
    digest: download.digest,
  })
  expect(bill.lines).toHaveLength(2)
})

import { newId, type OrganisationId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hoursOf } from './decide/awake.ts'
import { countMinutes, wholeHour } from './decide/mask.ts'
import { hourMilliseconds } from './decide/month.ts'
import { price } from './decide/price.ts'
import { priceBookFor } from './decide/price-book.ts'
import { digestOf } from './digest.ts'
import { askIn, readBasis, readBasisFast } from './read-basis.ts'
import { insertUsage, record, type UsageRow } from './record-usage.ts'
import { rollUpHandler, rollUpHours } from './roll-up.ts'
import { addOrganisation, heartbeat, monthOrThrow, run } from './testing/setting.ts'

const november = monthOrThrow('2026-11')
const clock = stoppedClock(new Date('2026-11-20T10:00:00Z'))
let t: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  t = await testDatabase()
})
afterAll(() => t.close())

const organisation = () => addOrganisation(t.db, new Date('2026-10-01T00:00:00Z'))

function alive(organisationId: OrganisationId, receivedAt: string, seconds: number, sequence = 1) {
  const host = { hostId: 'host_1', boot: 'boot_1', serviceIds: ['svc_web'] }
  return heartbeat(t.db, { organisationId, ...host, sequence, receivedAt, seconds }, clock)
}

async function seen(organisationId: OrganisationId): Promise<string[]> {
  const { awake } = await t.db.inOrganisation(organisationId, (tx) =>
    readBasis(askIn(tx), organisationId, november, november.end),
  )
  return hoursOf(awake)
    .flatMap(({ hour, mask }) =>
      Array.from({ length: 60 }, (_, minute) => minute)
        .filter((minute) => ((mask >> BigInt(minute)) & 1n) === 1n)
        .map((minute) => new Date(hour.getTime() + minute * 60_000).toISOString().slice(8, 16)),
    )
    .toSorted()
}

test('a heartbeat counts each minute it touches, by when it was received, over the end of an hour', async () => {
  const id = await organisation()
  await alive(id, '2026-11-05T12:01:10Z', 120)
  expect(await seen(id)).toEqual(['05T11:59', '05T12:00', '05T12:01'])
})

test('the first heartbeat, of no time, is the minute it was received in', async () => {
  const id = await organisation()
  await alive(id, '2026-11-05T12:01:59Z', 0)
  expect(await seen(id)).toEqual(['05T12:01'])
})

test('no heartbeat reaches back more than a quarter of an hour', async () => {
  const id = await organisation()
  await alive(id, '2026-11-05T12:30:00Z', 86_400)
  const minutes = await seen(id)
  expect([minutes.at(0), minutes.at(-1), minutes.length]).toEqual(['05T12:15', '05T12:30', 16])
})

test('a heartbeat said twice, and another of the same minutes, count once', async () => {
  const id = await organisation()
  await alive(id, '2026-11-05T12:05:10Z', 300, 1)
  await alive(id, '2026-11-05T12:05:10Z', 300, 1)
  await alive(id, '2026-11-05T12:05:20Z', 300, 2)
  expect(await seen(id)).toHaveLength(6)
})

test('one over the end of a month counts in both, each once', async () => {
  const id = await organisation()
  await alive(id, '2026-12-01T00:01:30Z', 180)
  expect(await seen(id)).toEqual(['30T23:58', '30T23:59'])
  const rows = await t.db.inOrganisation(id, (tx) => tx.usage.findMany({ orderBy: { hour: 'asc' } }))
  expect(rows.map((row) => [row.hour.toISOString(), countMinutes(row.mask)])).toEqual([
    ['2026-11-30T23:00:00.000Z', 2],
    ['2026-12-01T00:00:00.000Z', 2],
  ])
})

test('recording asks for one closing a month, at its cutoff, and for the roll-up of its hour', async () => {
  const id = await organisation()
  await alive(id, '2026-11-05T12:05:10Z', 10, 1)
  await alive(id, '2026-11-05T12:06:10Z', 10, 2)
  const jobs = await t.db.inOrganisation(id, (tx) => tx.outbox.findMany({ orderBy: { id: 'asc' } }))
  const of = (name: string) => jobs.filter((job) => job.name === name)
  expect(of('billing.close-month').map((job) => job.dueAt.toISOString())).toEqual([
    '2026-12-01T00:30:00.000Z',
  ])
  expect(of('billing.roll-up').map((job) => job.payload)).toEqual([
    { organisationId: id, from: '2026-11-05T12:00:00.000Z', until: '2026-11-05T13:00:00.000Z' },
  ])
})

test('order, duplicates and splits of rows change nothing, and the roll-up is what reading anew gives, whatever of it was rolled up', async () => {
  const row = fc.record({
    serviceId: fc.constantFrom('svc_a', 'svc_b'),
    hour: fc
      .integer({ min: 0, max: 5 })
      .map((hours) => new Date(Date.parse('2026-11-09T21:00:00Z') + hours * hourMilliseconds)),
    source: fc.constantFrom('one', 'two'),
    kind: fc.constantFrom<UsageRow['kind']>('seen', 'seen', 'seen', 'void'),
    mask: fc.bigInt({ min: 0n, max: wholeHour }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 12 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 2 ** 30 })),
      async (made, random) => {
        const next = () => random.next().value
        const rows = made.map((item, sequence): UsageRow => ({ ...item, sequence }))
        const split = rows.flatMap((item) => {
          const part = BigInt(next()) | (BigInt(next()) << 30n)
          const rest = { ...item, sequence: item.sequence + 1000, mask: item.mask & ~part }
          return [{ ...item, mask: item.mask & part }, rest, rest]
        })
        const shuffled = split.map((item) => ({ item, place: next() })).toSorted((a, b) => a.place - b.place)
        const [one, other] = [await organisation(), await organisation()]
        await record(t.db, one, rows, clock)
        for (const { item } of shuffled) await record(t.db, other, [item], clock)
        const asked = await t.db.inOrganisation(other, (tx) =>
          tx.outbox.findMany({ where: { name: 'billing.roll-up' } }),
        )
        for (const job of asked) if (next() % 3 > 0) await run(rollUpHandler, job.payload, t.db, clock)

        const raw = await t.db.inOrganisation(one, (tx) => readBasis(askIn(tx), one, november, november.end))
        const fast = await t.db.inOrganisation(other, (tx) =>
          readBasisFast(askIn(tx), other, november, november.end),
        )
        const book = priceBookFor(november)
        expect(digestOf(fast.awake)).toBe(digestOf(raw.awake))
        expect(price(fast, book)).toEqual(price(raw, book))
      },
    ),
    { numRuns: 12 },
  )
})

test('a void takes minutes away and a roll-up overwrites what it said before', async () => {
  const id = await organisation()
  const hour = new Date('2026-11-10T00:00:00Z')
  const hours = { from: hour.toISOString(), until: '2026-11-10T01:00:00Z' }
  const base = { serviceId: 'svc_a', hour, source: 'one' }
  await record(t.db, id, [{ ...base, sequence: 1, kind: 'seen', mask: 0b1111n }], clock)
  await run(rollUpHandler, { organisationId: id, ...hours }, t.db, clock)
  await record(t.db, id, [{ ...base, sequence: 2, kind: 'void', mask: 0b0110n }], clock)
  await run(rollUpHandler, { organisationId: id, ...hours }, t.db, clock)
  const { awake } = await t.db.inOrganisation(id, (tx) =>
    readBasisFast(askIn(tx), id, november, november.end),
  )
  expect(hoursOf(awake)).toEqual([{ serviceId: 'svc_a', hour, mask: 0b1001n }])
  expect(await stale(id)).toEqual([{ day: new Date('2026-11-10'), stale: 0 }])
})

const stale = (organisationId: OrganisationId) =>
  t.db.inOrganisation(organisationId, (tx) =>
    tx.serviceDay.findMany({ orderBy: { day: 'asc' }, select: { day: true, stale: true } }),
  )

test('a roll-up reads the hours that it is told, over the end of a day, and leaves the others as they were', async () => {
  const id = await organisation()
  const at = (hour: number) => new Date(Date.parse('2026-11-10T00:00:00Z') + hour * hourMilliseconds)
  const rows = [-3, -2, -1, 0, 1, 2].map((hour, sequence): UsageRow => {
    return {
      serviceId: 'svc_a',
      hour: at(hour),
      source: 'one',
      sequence,
      kind: 'seen',
      mask: BigInt(sequence + 1),
    }
  })
  await record(t.db, id, rows, clock)
  const rollUp = (from: number, until: number) =>
    t.db.inOrganisation(id, (tx) => rollUpHours(tx, id, at(from), at(until)))
  const behind = async () => (await stale(id)).map((row) => row.stale.toString(2))
  expect(await behind()).toEqual([`111${'0'.repeat(21)}`, '111'])
  await rollUp(-1, 2)
  expect(await behind()).toEqual([`11${'0'.repeat(21)}`, '100'])
  await rollUp(-30, 30)
  expect(await behind()).toEqual(['0', '0'])
  await rollUp(0, 1)
  const { awake } = await t.db.inOrganisation(id, (tx) =>
    readBasisFast(askIn(tx), id, november, november.end),
  )
  expect(hoursOf(awake).map(({ hour, mask }) => [hour, mask])).toEqual(
    rows.map(({ hour, mask }) => [hour, mask]),
  )
})

test("another tenant's rows move nothing", async () => {
  const [ours, theirs] = [await organisation(), await organisation()]
  await alive(theirs, '2026-11-05T12:05:10Z', 300)
  expect(await seen(ours)).toEqual([])
})

test('twenty thousand rows go in with one statement', async () => {
  const id = await organisation()
  const rows = Array.from({ length: 20_000 }, (_, index): UsageRow => {
    const hour = new Date(november.start.getTime() + (index % 720) * hourMilliseconds)
    return {
      serviceId: `svc_${index % 20}`,
      hour,
      source: newId('host'),
      sequence: index,
      kind: 'seen',
      mask: 31n,
    }
  })
  await t.db.inOrganisation(id, (tx) => insertUsage(tx, id, rows, clock.now()))
  expect(await t.db.inOrganisation(id, (tx) => tx.usage.count())).toBe(20_000)
})

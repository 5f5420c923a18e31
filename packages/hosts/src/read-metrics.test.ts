import { asId, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import type { MinuteOfHost } from '@slipway/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { metricRanges, metricSteps } from './decide/metric-steps.ts'
import { storeMinute } from './metrics.ts'
import { readMetrics } from './read-metrics.ts'
import { expectHost, markHost } from './register.ts'
import { addHost, type PlacedHost } from './testing.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
let placed: PlacedHost
const clock = stoppedClock(new Date('2026-11-25T10:00:05Z'))

beforeAll(async () => {
  t = await testDatabase()
})
afterAll(() => t.close())
beforeEach(async () => {
  placed = await addHost(t.db, clock)
})
const here = <T>(run: Parameters<typeof t.db.inOrganisation<T>>[1]) =>
  t.db.inOrganisation(placed.organisationId, run)

type Service = MinuteOfHost['services'][number]
const service = (values: Partial<Service>): Service => ({
  serviceId: placed.serviceId,
  requests: 0,
  errors: 0,
  latency: new Array(14).fill(0),
  cpuMilliseconds: 0,
  memoryBytes: 0,
  ...values,
})
const host = (values: Partial<MinuteOfHost>) => ({
  cpuPercent: 0,
  memoryBytes: 0,
  memoryTotalBytes: 2_000_000_000,
  diskBytes: 0,
  diskTotalBytes: 8_000_000_000,
  services: [],
  ...values,
})
/** `minutesAgo` 1 is the last whole minute. */
function store(minutesAgo: number, values: Partial<MinuteOfHost>, hostId = placed.hostId): Promise<void> {
  const start = Math.floor(clock.now().getTime() / 60_000 - minutesAgo) * 60_000
  const minute = { minute: new Date(start).toISOString(), ...host(values) }
  const { organisationId, environmentId } = placed
  return here((tx) => storeMinute(tx, { organisationId, hostId, environmentId, minute }, clock))
}
function read(range: (typeof metricRanges)[number] = '1h', serviceId?: string) {
  const { organisationId, environmentId } = placed
  const of = serviceId === undefined ? {} : { serviceId: asId('service', serviceId) }
  const steps = metricSteps(range, clock.now())
  return here((tx) => readMetrics(tx, { organisationId, environmentId, steps, ...of }))
}
const buckets = (counts: Record<number, number>) =>
  Array.from({ length: 14 }, (_, index) => counts[index] ?? 0)

describe('the figures of an environment', () => {
  it('count the same minute once', async () => {
    const minute = { cpuPercent: 12.5, services: [service({ requests: 60, errors: 1 })] }
    await store(1, minute)
    await store(1, minute)
    const { services, hosts, startsAt } = await read()
    expect(services).toHaveLength(60)
    expect(services.at(-1)).toMatchObject({ minutes: 1, requests: 60, errors: 1 })
    expect(hosts).toMatchObject([{ id: placed.hostId, instanceId: 'i-0123456789abcdef0' }])
    expect(hosts[0]?.steps.at(-1)).toMatchObject({ cpuPercent: { mean: 12.5, max: 12.5 } })
    expect(startsAt).toBe('2026-11-25T09:00:00.000Z')
  })

  it('are empty where nobody measured, which is not zero', async () => {
    await store(1, { services: [service({})] })
    await store(3, { services: [service({})] })
    const { services, hosts } = await read()
    expect(services.slice(-3).map((step) => step?.requests ?? null)).toEqual([0, null, 0])
    expect(hosts[0]?.steps.slice(-3).map((step) => step !== null)).toEqual([true, false, true])
    expect(services.at(-1)?.p99Milliseconds).toBeNull()
  })

  it('have the same sum of requests and errors on any range, whichever minutes were measured', async () => {
    const minutes = fc.uniqueArray(
      fc.record({
        ago: fc.integer({ min: 1, max: 55 }),
        requests: fc.integer({ min: 0, max: 1e6 }),
        errors: fc.nat(1000),
      }),
      { selector: ({ ago }) => ago, minLength: 1, maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(minutes, async (measured) => {
        placed = await addHost(t.db, clock)
        for (const { ago, requests, errors } of measured)
          await store(ago, { services: [service({ requests, errors })] })
        const sum = (values: number[]) => values.reduce((all, one) => all + one, 0)
        for (const range of metricRanges) {
          const services = (await read(range)).services.flatMap((step) => step ?? [])
          expect(sum(services.map((step) => step.requests))).toBe(
            sum(measured.map(({ requests }) => requests)),
          )
          expect(sum(services.map((step) => step.errors))).toBe(sum(measured.map(({ errors }) => errors)))
          expect(sum(services.map((step) => step.minutes))).toBe(measured.length)
        }
      }),
      { numRuns: 15 },
    )
  })

  it('take percentiles of all requests of a step together, not of its minutes', async () => {
    // 98 requests up to 5 ms in one minute; two up to 1,000 ms in the next, which alone would be all of it.
    await store(2, { services: [service({ requests: 98, latency: buckets({ 2: 98 }) })] })
    await store(1, { services: [service({ requests: 2, latency: buckets({ 9: 2 }) })] })
    const step = (await read('24h')).services.at(-1)
    expect(step?.p95Milliseconds).toBeLessThanOrEqual(5)
    expect(step?.p99Milliseconds).toBeGreaterThan(500)
  })

  it('keep a peak that is shorter than a step', async () => {
    for (const [ago, cpuPercent] of [
      [1, 10],
      [2, 100],
      [3, 10],
      [4, 10],
    ] as const)
      await store(ago, { cpuPercent })
    const { hosts } = await read('24h')
    expect(hosts[0]?.steps.at(-1)?.cpuPercent).toEqual({ mean: 32.5, max: 100 })
  })

  it('add up what services use at one time, and can be of one alone', async () => {
    const other = newId('service')
    const one = { requests: 1, cpuMilliseconds: 6000, memoryBytes: 100 }
    await store(1, { services: [service(one), service({ ...one, serviceId: other, memoryBytes: 50 })] })
    await store(2, { services: [service(one)] })
    const all = await read('24h')
    expect(all.services.at(-1)).toMatchObject({
      minutes: 2,
      requests: 3,
      cpuPercent: { mean: 15, max: 20 },
      memoryBytes: { mean: 125, max: 150 },
    })
    const alone = await read('24h', other)
    expect(alone.services.at(-1)).toMatchObject({ minutes: 1, requests: 1, memoryBytes: { max: 50 } })
  })

  it('hold what a host measured that is gone since, each host by itself', async () => {
    await store(2, { cpuPercent: 50 })
    await here((tx) => markHost(tx, placed.hostId, 'gone'))
    const { cloudAccountId, region } = await here((tx) =>
      tx.host.findUniqueOrThrow({ where: { id: placed.hostId } }),
    )
    const { organisationId, environmentId } = placed
    const place = { organisationId, environmentId, region, kind: 'host' as const }
    const next = await here((tx) =>
      expectHost(tx, { ...place, cloudAccountId: asId('cloudAccount', cloudAccountId) }, {}, clock),
    )
    await store(1, { cpuPercent: 20 }, next)
    const { hosts } = await read()
    expect(hosts.map(({ id }) => id).sort()).toEqual([placed.hostId, next].sort())
    expect(hosts.map(({ steps }) => steps.filter((step) => step !== null).length)).toEqual([1, 1])
  })

  it('are of this environment alone', async () => {
    await store(1, { services: [service({ requests: 7 })] })
    placed = await addHost(t.db, clock)
    const { services, hosts } = await read()
    expect(services.every((step) => step === null)).toBe(true)
    expect(hosts).toEqual([])
  })
})

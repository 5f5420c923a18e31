import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { afterAll, expect, test } from 'vitest'
import { storeMinute } from './metrics.ts'
import { addHost } from './testing.ts'
import { trafficSince } from './traffic-since.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:10:00Z'))
const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 10, minute))

test('counts what all services answered in the minutes since, also told late, and of this environment alone', async () => {
  const { organisationId, environmentId, hostId, serviceId } = await addHost(db, clock)
  const other = await addHost(db, clock)
  const tell = (
    minute: number,
    requests: number,
    of = { organisationId, environmentId, hostId, serviceId },
  ) =>
    db.inOrganisation(of.organisationId, (tx) => {
      const service = {
        requests,
        errors: 1,
        latency: new Array(14).fill(0),
        cpuMilliseconds: 0,
        memoryBytes: 0,
      }
      const services = [of.serviceId, newId('service')].map((id) => ({ serviceId: id, ...service }))
      const host = { cpuPercent: 1, memoryBytes: 1, memoryTotalBytes: 2, diskBytes: 1, diskTotalBytes: 2 }
      return storeMinute(
        tx,
        { ...of, minute: { minute: at(minute).toISOString(), ...host, services } },
        clock,
      )
    })
  const since = (minute: number) =>
    db.inOrganisation(organisationId, (tx) =>
      trafficSince(tx, { organisationId, environmentId, from: at(minute) }),
    )
  expect(await since(3)).toEqual({ requests: 0, errors: 0, newestMinute: null })
  await tell(2, 100)
  expect(await since(3)).toEqual({ requests: 0, errors: 0, newestMinute: at(2) })
  await tell(5, 10)
  await tell(9, 1000, other)
  await tell(3, 5)
  expect(await since(3)).toEqual({ requests: 30, errors: 4, newestMinute: at(5) })
})

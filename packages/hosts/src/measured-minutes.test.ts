import { stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { afterAll, expect, test } from 'vitest'
import { measuredMinutes } from './measured-minutes.ts'
import { storeMinute } from './metrics.ts'
import { addHost } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))

test('a runner has as many minutes as it measured in the time, each counted once', async () => {
  const { organisationId, hostId, runnerId } = await addHost(db, clock)
  const minutes = ['09:57', '09:58', '09:58', '09:59', '10:00']
  const counted = await db.inOrganisation(organisationId, async (tx) => {
    for (const time of minutes) {
      const minute = {
        minute: `2026-11-24T${time}:00.000Z`,
        cpuPercent: 1,
        memoryBytes: 1,
        memoryTotalBytes: 1,
        diskBytes: 1,
        diskTotalBytes: 1,
        services: [],
      }
      await storeMinute(tx, { organisationId, hostId: runnerId, environmentId: undefined, minute }, clock)
    }
    return measuredMinutes(tx, {
      organisationId,
      hostIds: [hostId, runnerId],
      from: new Date('2026-11-24T09:58:00Z'),
      until: new Date('2026-11-24T10:00:00Z'),
    })
  })
  expect([...counted]).toEqual([[runnerId, 2]])
})

import { randomUUID } from 'node:crypto'
import type { Sandbox } from '../apps/sandbox/src/index.ts'
import { asId } from '../packages/core/src/index.ts'
import { openDatabase } from '../packages/db/src/index.ts'
import { storeLogs, storeMinute } from '../packages/hosts/src/index.ts'
import { serviceStream } from '../packages/protocol/src/index.ts'
import type { Person } from './person.ts'

/**
 * Minutes and lines as an app's host would have said them until now, stored the way the api stores them: a journey
 * cannot wait for hours of figures. Nothing was measured from the 30th to the 23rd minute before the time that comes
 * back: when the minute that runs began.
 */
export async function keepFigures(
  slipway: Sandbox,
  { api, organisationId }: Person,
  app: string,
  said: { minutes: number; lines: (minute: number) => string[] },
): Promise<Date> {
  const place = { organisationId, app, environment: 'production' }
  const { id, hosts, services } = await api.environments.get.query(place)
  const [host] = hosts
  const [service] = services
  if (!host || !service) throw new Error(`${app} has no host`)
  const organisation = asId('organisation', organisationId)
  const hostId = asId('host', host.id)
  const now = Math.floor(slipway.clock.now().getTime() / 60_000) * 60_000
  const source = randomUUID()
  const db = openDatabase({ ...slipway.databaseUrls, connectionsMax: 1 })
  try {
    await db.inOrganisation(organisation, async (tx) => {
      for (let ago = said.minutes; ago > 0; ago--) {
        if (ago <= 30 && ago > 22) continue
        const minute = new Date(now - ago * 60_000).toISOString()
        const requests = Math.round(300 + 120 * Math.sin(ago / 9) + ((ago * 7919) % 31))
        const slow = Math.round(requests * 0.02)
        await storeMinute(
          tx,
          {
            organisationId: organisation,
            hostId,
            environmentId: id,
            minute: {
              minute,
              cpuPercent: 20 + 8 * Math.sin(ago / 9) + ((ago * 13) % 7),
              memoryBytes: 900_000_000 + ((ago * 5_000_011) % 40_000_000),
              memoryTotalBytes: 2_000_000_000,
              diskBytes: 3_100_000_000 - ago * 1_000_000,
              diskTotalBytes: 8_000_000_000,
              services: [
                {
                  serviceId: asId('service', service.id),
                  requests,
                  errors: ago === 45 ? 12 : ago % 17 === 0 ? 1 : 0,
                  latency: [0, 0, requests - 3 * slow, 2 * slow, 0, 0, slow, 0, 0, 0, 0, 0, 0, 0],
                  cpuMilliseconds: 9000 + ((ago * 131) % 2000),
                  memoryBytes: 120_000_000 + ((ago * 777_777) % 9_000_000),
                },
              ],
            },
          },
          slipway.clock,
        )
        const lines = said.lines(ago).map((text) => ({ at: minute, text, level: 'out' as const }))
        if (lines.length === 0) continue
        const stream = serviceStream(id, service.name)
        const chunk = {
          organisationId: organisation,
          stream,
          source,
          sequence: ago,
          hostId,
        }
        await storeLogs(tx, { ...chunk, lines }, slipway.clock)
      }
    })
  } finally {
    await db.close()
  }
  return new Date(now)
}

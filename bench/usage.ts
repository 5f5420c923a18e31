import pg from 'pg'
import type { Mask } from '../packages/billing/src/decide/mask.ts'
import { record, type UsageRow } from '../packages/billing/src/record-usage.ts'
import { addOrganisation } from '../packages/billing/src/testing/setting.ts'
import { newId, type OrganisationId, realClock } from '../packages/core/src/index.ts'
import { type BenchPostgres, startBenchPostgres } from './ground/postgres.ts'
import { median, medianAndSpread } from './statistics.ts'

const rounds = 5
const connections = 4
/** What two cores must take in. */
const floorPerSecond = 20_000
/** Services of a host and of a tenant, and the rows of a busy minute of a large one. */
const batches = [20, 200, 1000] as const
const millisecondsEach = 3000

/**
 * Usage rows a second, each batch in a transaction with what follows from it (roll-up, closing, live news), over four
 * connections; beside a row per event inserted and committed by `pg`, and rows inserted by `pg` in the same batches.
 */
export async function measure() {
  const postgres = await startBenchPostgres({ connectionsMax: connections })
  const pool = new pg.Pool({ connectionString: postgres.systemUrl, max: connections })
  try {
    const organisations = await Promise.all(
      Array.from({ length: connections }, () =>
        addOrganisation(postgres.db, new Date('2026-01-01T00:00:00Z')),
      ),
    )
    await pool.query(`select ensure_partition('usage', now())`)
    const ways = waysToWrite(postgres, pool)
    const measured = ways.map((way) => ({ ...way, perSecond: [] as number[] }))
    for (let round = 0; round < rounds; round++)
      for (const way of measured) way.perSecond.push(await rowsPerSecond(way, organisations))
    const one = median(measured.find(({ size }) => size === 1)?.perSecond ?? [])
    return measured.map(({ what, perSecond }) => ({
      what,
      'rows/s': medianAndSpread(perSecond),
      'of a row per event': (median(perSecond) / one).toFixed(1),
      'of the floor': (median(perSecond) / floorPerSecond).toFixed(2),
    }))
  } finally {
    await pool.end()
    await postgres.close()
  }
}

type Way = {
  what: string
  size: number
  write(organisationId: OrganisationId, rows: UsageRow[]): Promise<unknown>
}

function waysToWrite({ db }: BenchPostgres, pool: pg.Pool): Way[] {
  return [
    {
      what: 'pg, a row per event',
      size: 1,
      write: (organisationId, [row]) =>
        pool.query(
          'insert into usage (organisation_id, service_id, hour, source, sequence, kind, mask) values ($1, $2, $3, $4, $5, $6, $7)',
          [organisationId, row?.serviceId, row?.hour, row?.source, row?.sequence, row?.kind, row?.mask],
        ),
    },
    ...batches.map((size) => ({
      what: `billing, ${size} at a time`,
      size,
      write: (organisationId: OrganisationId, rows: UsageRow[]) =>
        record(db, organisationId, rows, realClock),
    })),
    {
      what: `pg, ${batches[2]} at a time`,
      size: batches[2],
      write: (organisationId, rows) =>
        pool.query(
          `insert into usage (organisation_id, service_id, hour, source, sequence, kind, mask)
          select $1, * from unnest($2::text[], $3::timestamptz[], $4::text[], $5::bigint[], $6::text[], $7::bigint[])`,
          [
            organisationId,
            rows.map((row) => row.serviceId),
            rows.map((row) => row.hour),
            rows.map((row) => row.source),
            rows.map((row) => row.sequence),
            rows.map((row) => row.kind),
            rows.map((row) => row.mask),
          ],
        ),
    },
  ]
}

/** Each organisation has a connection of its own, and says the next batch when the last one is kept. */
async function rowsPerSecond(way: Way, organisations: OrganisationId[]): Promise<number> {
  const startedAt = performance.now()
  let written = 0
  const writer = async (organisationId: OrganisationId) => {
    while (performance.now() < startedAt + millisecondsEach) {
      await way.write(organisationId, nextRows(way.size))
      written += way.size
    }
  }
  await Promise.all(organisations.map(writer))
  return (written * 1000) / (performance.now() - startedAt)
}

const serviceIds = Array.from({ length: batches[2] }, () => newId('service'))
const mask: Mask = 0b11111n
let sequence = 0

/** What hosts say of so many services, once: their minutes since they said it before. */
function nextRows(count: number): UsageRow[] {
  const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000)
  sequence += 1
  return serviceIds
    .slice(0, count)
    .map((serviceId) => ({ serviceId, hour, source: 'host:boot', sequence, kind: 'seen', mask }))
}

import { realClock } from '../packages/core/src/index.ts'
import type { Database } from '../packages/db/src/index.ts'
import { searchLogs } from '../packages/hosts/src/index.ts'
import { addHost, type PlacedHost } from '../packages/hosts/src/testing.ts'
import { serviceStream } from '../packages/protocol/src/index.ts'
import { startBenchPostgres } from './ground/postgres.ts'

const linesKept = 1_000_000
const days = 3
const rounds = 40

/**
 * Searches of an environment's logs with a million lines kept over three days, said by two services in chunks of one,
 * twenty and five hundred lines. Milliseconds of one request; a search that finds little is as long as it can be.
 */
export async function measure() {
  const postgres = await startBenchPostgres({ connectionsMax: 4 })
  const rows = []
  try {
    for (const linesInChunk of [1, 20, 500]) rows.push(...(await searches(postgres.db, linesInChunk)))
  } finally {
    await postgres.close()
  }
  return rows
}

async function searches(db: Database, linesInChunk: number) {
  const placed = await addHost(db, realClock)
  await fill(db, placed, linesInChunk)
  const asked = {
    'a common word': 'request',
    'one line in 5,000': 'number 1234 ',
    'a word that is nowhere': 'xyzzy',
  }
  const rows = []
  for (const [what, text] of Object.entries(asked)) {
    const times: number[] = []
    let found = 0
    let linesRead = 0
    for (let round = 0; round < rounds; round++) {
      const before = `${Date.now() - Math.floor((round / rounds) * days * 86_400_000)}.0`
      const startedAt = performance.now()
      const page = await db.inOrganisation(placed.organisationId, (tx) =>
        searchLogs(tx, { organisationId: placed.organisationId, streams: streamsOf(placed), text, before }),
      )
      times.push(performance.now() - startedAt)
      found += page.lines.length
      linesRead += page.linesRead
    }
    times.sort((a, b) => a - b)
    rows.push({
      what: `${what}, ${linesInChunk} a chunk`,
      'p50 ms': Math.round(times[rounds / 2] ?? 0),
      'longest ms': Math.round(times.at(-1) ?? 0),
      'lines read': Math.round(linesRead / rounds),
      'lines found': Math.round(found / rounds),
    })
  }
  return rows
}

const streamsOf = ({ environmentId }: PlacedHost) => [
  serviceStream(environmentId, 'web'),
  serviceStream(environmentId, 'worker'),
]

async function fill(db: Database, placed: PlacedHost, linesInChunk: number): Promise<void> {
  const { organisationId, hostId } = placed
  const [web, worker] = streamsOf(placed)
  const chunks = linesKept / linesInChunk
  const everyMilliseconds = (days * 86_400_000) / chunks
  await db.inOrganisation(organisationId, async (tx) => {
    for (let day = 0; day <= days; day++)
      await tx.$executeRaw`select ensure_partition('log_chunk', ${new Date(Date.now() - day * 86_400_000)})`
    await tx.$executeRaw`
      insert into log_chunk (organisation_id, stream, at, source, source_sequence, host_id, lines)
      select ${organisationId}, case when chunk % 3 = 0 then ${worker} else ${web} end, at, 's', chunk, ${hostId}, (
        select jsonb_agg(jsonb_build_object('at', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'level', 'out', 'text',
          format('GET /items/%s 200 in %s ms, request number %s of %s', md5(chunk::text), chunk % 97, (chunk * ${linesInChunk}::int + line) % 5000, md5(line::text))))
        from generate_series(1, ${linesInChunk}::int) as line)
      from (select chunk, now() - make_interval(secs => (${chunks}::int - chunk) * ${everyMilliseconds}::float8 / 1000) as at
        from generate_series(1, ${chunks}::int) as chunk) as said`
  })
}

import type { Clock, HostId, OrganisationId } from '@slipway/core'
import { announce, ensurePartition, Prisma, type Tx } from '@slipway/db'
import { type LogLine, logLine, logStream } from '@slipway/protocol'
import { z } from 'zod'

const dayMilliseconds = 86_400_000
/** Of one read. */
const linesMax = 5000
const chunksMax = 1000

export type LogChunk = {
  organisationId: OrganisationId
  /** `build:…`, `deployment:…` or `service:…:…` (protocol's log-lines.ts). */
  stream: string
  /** Who counts; with `sequence` it makes the chunk once. */
  source: string
  sequence: number
  /** Whose lines they are; none of what Slipway says itself. */
  hostId?: HostId
  lines: LogLine[]
}

/** Keeps lines at the end of their stream. The same chunk twice is once. */
export async function storeLogs(tx: Tx, chunk: LogChunk, clock: Clock): Promise<void> {
  const { organisationId, source, sequence, hostId = null, lines } = chunk
  const stream = logStream.parse(chunk.stream)
  const at = placeInTime(lines[0]?.at, clock.now())
  await ensurePartition(tx, 'log_chunk', at)
  // Numbers are given before commits: without taking turns, a reader could pass over one that commits later.
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${stream}, 727202))`
  await tx.$executeRaw`
    insert into log_chunk (organisation_id, stream, at, source, source_sequence, host_id, lines)
    values (${organisationId}, ${stream}, ${at}, ${source}, ${sequence}, ${hostId}, ${JSON.stringify(lines.map(storable))}::jsonb)
    on conflict do nothing`
  await announce(tx, organisationId, `logs:${stream}`)
}

/** An app may print any bytes: what Postgres takes in no text becomes the sign for a character that is none. */
function storable(line: LogLine): LogLine {
  return { ...line, text: line.text.replaceAll('\0', '\ufffd').toWellFormed() }
}

/** Writes lines of our own into a stream; `key` makes them once, so that a job that runs twice says it once. */
export async function sayInLog(
  tx: Tx,
  say: { organisationId: OrganisationId; stream: string; key: string; at: Date; lines: string[] },
  clock: Clock,
): Promise<void> {
  const { organisationId, stream, key, at, lines } = say
  const said = lines.map((text) => ({ at: at.toISOString(), text, level: 'slipway' as const }))
  await storeLogs(tx, { organisationId, stream, source: `slipway:${key}`, sequence: 0, lines: said }, clock)
}

export type LogPage = {
  lines: Array<LogLine & { sequence: string }>
  /** Ask for what comes after it the next time; the same when nothing came. */
  next: string
  /** There is more already. */
  isMore: boolean
}

/**
 * Lines of a stream in order: those after `after`, or without it the newest `limit`. A chunk is never torn, so a
 * few more than `limit` may come.
 */
export async function readLogs(
  tx: Tx,
  of: { organisationId: OrganisationId; stream: string; after?: string; limit?: number },
): Promise<LogPage> {
  const { organisationId, stream } = of
  const limit = Math.min(of.limit ?? 1000, linesMax)
  const rows =
    of.after === undefined
      ? (
          await chunks(tx, Prisma.sql`organisation_id = ${organisationId} and stream = ${stream}`, 'desc')
        ).reverse()
      : await chunks(
          tx,
          Prisma.sql`organisation_id = ${organisationId} and stream = ${stream} and sequence > ${BigInt(of.after)}`,
          'asc',
        )
  const kept = of.after === undefined ? newestOf(rows, limit) : oldestOf(rows, limit)
  return {
    lines: kept.flatMap((row) => row.lines.map((line) => ({ ...line, sequence: String(row.sequence) }))),
    next: String(kept.at(-1)?.sequence ?? of.after ?? '0'),
    isMore: of.after !== undefined && kept.length < rows.length,
  }
}

type ChunkRow = { sequence: bigint; lines: LogLine[] }

async function chunks(tx: Tx, where: Prisma.Sql, order: 'asc' | 'desc'): Promise<ChunkRow[]> {
  const rows = await tx.$queryRaw<Array<{ sequence: bigint; lines: unknown }>>`
    select sequence, lines from log_chunk where ${where}
    order by sequence ${order === 'asc' ? Prisma.sql`asc` : Prisma.sql`desc`} limit ${chunksMax}`
  return rows.map(({ sequence, lines }) => ({ sequence, lines: z.array(logLine).parse(lines) }))
}

function oldestOf(rows: ChunkRow[], limit: number): ChunkRow[] {
  let count = 0
  return rows.filter((row) => {
    const isRoom = count < limit
    count += row.lines.length
    return isRoom
  })
}

function newestOf(rows: ChunkRow[], limit: number): ChunkRow[] {
  return oldestOf([...rows].reverse(), limit).reverse()
}

/** A host's clock may be wrong; its lines must still find a partition near today. */
function placeInTime(at: string | undefined, now: Date): Date {
  const said = at ? Date.parse(at) : now.getTime()
  return new Date(Math.min(now.getTime() + dayMilliseconds, Math.max(now.getTime() - dayMilliseconds, said)))
}

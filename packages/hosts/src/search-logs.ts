import type { HostId, OrganisationId } from '@slipway/core'
import { Prisma, type Tx } from '@slipway/db'
import { type LogLine, logLine } from '@slipway/protocol'
import { z } from 'zod'
import { chunksToRead } from './decide/chunks-to-read.ts'

/** What one search reads at most, so that its length does not grow with what is kept: about a third of a second. */
const linesReadMax = 50_000
const chunksReadMax = 25_000
/** A page; a few more may come, because a chunk is never torn. */
const linesMax = 200
/** A chunk stands at its first line, and holds what was said within a moment. */
const chunkMilliseconds = 60_000

export type LogSearch = {
  organisationId: OrganisationId
  streams: string[]
  /** As it is shown, anywhere in a line, upper or lower case alike. Every line without it. */
  text?: string | undefined
  level?: LogLine['level'] | undefined
  hostId?: HostId | undefined
  /** By the time that the line says. */
  from?: Date | undefined
  until?: Date | undefined
  /** `next` of the newer page. */
  before?: string | undefined
}

export type LogsFound = {
  /** Oldest first. `key` names a line for good. */
  lines: Array<LogLine & { key: string; stream: string }>
  /** How many lines were looked at for this page. */
  linesRead: number
  /** Where looking stopped: everything newer was looked at. Null when nothing older is kept. */
  next: { before: string; at: string } | null
}

/** What `before` is made of: the time and the number of a chunk. */
export const logCursor = /^\d{1,14}\.\d{1,19}$/

/**
 * Lines of streams that hold a text, the newest first to be found. It reads backwards chunk by chunk and stops at a
 * page or at a bound, and says where; the caller goes on from there. There is no index of words, because row-level
 * security would keep Postgres from using one (docs/decisions/0010-log-search-reads-backwards.md).
 */
export async function searchLogs(tx: Tx, search: LogSearch): Promise<LogsFound> {
  const found: ReadChunk[] = []
  let read = { chunks: 0, lines: 0, matches: 0 }
  let before = search.before
  while (read.lines < linesReadMax && read.chunks < chunksReadMax) {
    const size = chunksToRead(read, { lines: linesReadMax, matches: linesMax })
    const chunks = await readChunks(tx, search, before, size)
    const { chunks: chunksBefore, lines: linesBefore } = read
    for (const chunk of chunks) {
      found.push(chunk)
      read = {
        chunks: chunksBefore + chunk.chunksSoFar,
        lines: linesBefore + chunk.linesSoFar,
        matches: read.matches + chunk.matches.length,
      }
      before = cursorOf(chunk)
      if (read.matches >= linesMax) return pageOf(found, read.lines, chunk)
    }
    if (read.chunks - chunksBefore < size) return pageOf(found, read.lines, undefined)
  }
  return pageOf(found, read.lines, found.at(-1))
}

function pageOf(chunks: ReadChunk[], linesRead: number, last: ReadChunk | undefined): LogsFound {
  return {
    lines: chunks
      .toReversed()
      .flatMap(({ stream, sequence, matches }) =>
        matches.map(({ position, line }) => ({ ...line, stream, key: `${sequence}.${position}` })),
      ),
    linesRead,
    next: last === undefined ? null : { before: cursorOf(last), at: last.at.toISOString() },
  }
}

const cursorOf = ({ at, sequence }: ReadChunk) => `${at.getTime()}.${sequence}`

const chunkRow = z.object({
  stream: z.string(),
  sequence: z.bigint(),
  at: z.date(),
  /** Of this read, with this one. */
  chunksSoFar: z.number(),
  linesSoFar: z.number(),
  matches: z
    .array(z.object({ position: z.number(), line: logLine }))
    .nullable()
    .transform((matches) => matches ?? []),
})
type ReadChunk = z.infer<typeof chunkRow>

/** Of the chunks before a cursor, newest first, those with lines that match, and the last whatever it holds. */
async function readChunks(
  tx: Tx,
  search: LogSearch,
  before: string | undefined,
  size: number,
): Promise<ReadChunk[]> {
  const { organisationId, streams, hostId, from, until } = search
  const [at = '', sequence = ''] = before?.split('.') ?? []
  const conditions = [
    Prisma.sql`organisation_id = ${organisationId} and stream = wanted.stream`,
    ...(hostId ? [Prisma.sql`host_id = ${hostId}`] : []),
    ...(from ? [Prisma.sql`at >= ${new Date(from.getTime() - chunkMilliseconds)}`] : []),
    ...(until ? [Prisma.sql`at <= ${until}`] : []),
    // The first of the two finds the place in the index, which knows no sequence.
    ...(before === undefined
      ? []
      : [
          Prisma.sql`at <= ${new Date(Number(at))} and (at, sequence) < (${new Date(Number(at))}, ${BigInt(sequence)})`,
        ]),
  ]
  // Each stream by its own index, newest day first, and none further than is needed.
  const rows = await tx.$queryRaw`
    with newest as materialized (
      select chunk.* from unnest(${streams}::text[]) as wanted (stream) cross join lateral (
        select stream, sequence, at, lines from log_chunk where ${Prisma.join(conditions, ' and ')}
        order by at desc, sequence desc limit ${size}
      ) as chunk
      order by at desc, sequence desc limit ${size}
    )
    select stream, sequence, at, "chunksSoFar", "linesSoFar", matches from (
      select stream, sequence, at, (
        select jsonb_agg(jsonb_build_object('position', position, 'line', line) order by position)
        from jsonb_array_elements(lines) with ordinality as said (line, position)
        where ${Prisma.join(lineConditions(search), ' and ')}
      ) as matches,
      row_number() over (order by at desc, sequence desc)::int as "chunksSoFar",
      sum(jsonb_array_length(lines)) over (order by at desc, sequence desc)::int as "linesSoFar",
      count(*) over () as chunks from newest
    ) as read
    where matches is not null or "chunksSoFar" = chunks
    order by at desc, sequence desc`
  return z.array(chunkRow).parse(rows)
}

function lineConditions({ text, level, from, until }: LogSearch): Prisma.Sql[] {
  return [
    Prisma.sql`true`,
    ...(text ? [Prisma.sql`${shown} ilike ${`%${text.replace(/[\\%_]/g, '\\$&')}%`}`] : []),
    ...(level ? [Prisma.sql`line->>'level' = ${level}`] : []),
    ...(from ? [Prisma.sql`(line->>'at')::timestamptz >= ${from}`] : []),
    ...(until ? [Prisma.sql`(line->>'at')::timestamptz <= ${until}`] : []),
  ]
}

/** The text without its colours, which cut words in two. */
const shown = Prisma.sql`case when strpos(line->>'text', chr(27)) = 0 then line->>'text'
  else regexp_replace(line->>'text', chr(27) || '\\[[0-?]*[ -/]*[@-~]', '', 'g') end`

import http from 'node:http'
import pg from 'pg'
import { startBenchApi } from './ground/api.ts'
import { startBenchPostgres } from './ground/postgres.ts'
import { type Ask, askApi, asks, type Read, reads } from './reads/asks.ts'
import { type Filled, fill, type Shape } from './reads/fill.ts'
import { plainReader } from './reads/plain.ts'
import { median, medianAndSpread, quantile } from './statistics.ts'

const rounds = 3
const secondsEach = 4
/** Open requests when as much as possible is asked. */
const atOnce = 16
/** As a router in front of the api keeps them; what is due beyond them waits, and its time runs. */
const connectionsMax = 100
/** What two cores must answer, and how slow the slowest hundredth may be. */
const floor = { perSecond: 300, p99Milliseconds: 200 }

const shapes: Record<string, Shape> = {
  '10 × 20 apps': { organisations: 10, appsEach: 20, commitsEach: 25, membersEach: 12 },
  // As many as an organisation may have.
  '1 × 200 apps': { organisations: 1, appsEach: 200, commitsEach: 25, membersEach: 120 },
}

type Taken = { read: Read; milliseconds: number }
type Asking = (one: Ask) => Promise<unknown>
type Round = { perSecond: number; taken: Taken[] }

/**
 * Pages of the dashboard with 200 apps and 5,000 commits in the database, read from an api of its own process by
 * members with sessions: as much as it can answer, and at the rate that it must. The peer reads the same rows by `pg`
 * alone. Load, api and Postgres share the machine.
 */
export async function measure() {
  const rows = []
  for (const [name, shape] of Object.entries(shapes)) rows.push(...(await measureShape(name, shape)))
  return rows
}

async function measureShape(name: string, shape: Shape) {
  const postgres = await startBenchPostgres({ connectionsMax: 5 })
  const api = await startBenchApi(postgres)
  const plain = plainReader(postgres.systemUrl)
  try {
    const filled = await fill(postgres.db, shape, api.authSecret)
    await analyse(postgres.ownerUrl)
    const fromPlain = ({ read, organisation, app, number }: Ask) =>
      plain.read(read, organisation.organisationId, app, number)
    const fromApi = (round: (ask: Asking) => Promise<Round>) => withConnections(api.port, round)
    await fromApi((ask) => asMuchAsPossible(filled, shape, ask))
    const most: Round[] = []
    const steady: Round[] = []
    const peer: Round[] = []
    for (let round = 0; round < rounds; round++) {
      most.push(await fromApi((ask) => asMuchAsPossible(filled, shape, ask)))
      steady.push(await fromApi((ask) => atRate(floor.perSecond, filled, shape, ask)))
      peer.push(await asMuchAsPossible(filled, shape, fromPlain))
    }
    const floorSaid = `${floor.perSecond}/s, p99 < ${floor.p99Milliseconds} ms`
    return [
      { ...rowOf(`${name}: as much as possible`, most), 'of pg': ratio(most, peer), floor: floorSaid },
      { ...rowOf(`${name}: the same rows by pg`, peer), 'of pg': '1.00' },
      { ...rowOf(`${name}: at ${floor.perSecond}/s`, steady), floor: floorSaid },
      ...reads.map((read) => {
        const { what, ...times } = rowOf(`${name}: of these ${read}`, steady.map(only(read)))
        return { what, 'p50 ms': times['p50 ms'], 'p99 ms': times['p99 ms'] }
      }),
    ]
  } finally {
    await plain.close()
    await api.close()
    await postgres.close()
  }
}

/** As Postgres does by itself within minutes: what it plans by is known after weeks of use. */
async function analyse(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  await client.query('analyze')
  await client.end()
}

/** A round with connections of its own: the api ends those that rest for five seconds, as between two rounds. */
async function withConnections(port: number, round: (ask: Asking) => Promise<Round>): Promise<Round> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connectionsMax })
  try {
    return await round((ask) => askApi(port, agent, ask))
  } finally {
    agent.destroy()
  }
}

const only =
  (read: Read) =>
  ({ perSecond, taken }: Round): Round => ({ perSecond, taken: taken.filter((one) => one.read === read) })

function rowOf(what: string, measured: Round[]) {
  const times = (part: number) =>
    medianAndSpread(
      measured.map(({ taken }) =>
        quantile(
          taken.map(({ milliseconds }) => milliseconds),
          part,
        ),
      ),
      1,
    )
  return {
    what,
    'reads/s': medianAndSpread(measured.map(({ perSecond }) => perSecond)),
    'p50 ms': times(0.5),
    'p99 ms': times(0.99),
  }
}

function ratio(measured: Round[], peer: Round[]): string {
  const perSecond = (rounds: Round[]) => median(rounds.map((round) => round.perSecond))
  return (perSecond(measured) / perSecond(peer)).toFixed(2)
}

async function asMuchAsPossible(filled: Filled[], shape: Shape, ask: Asking): Promise<Round> {
  const walk = asks(filled, shape.commitsEach)
  const taken: Taken[] = []
  const startedAt = performance.now()
  const until = startedAt + secondsEach * 1000
  const reader = async () => {
    while (performance.now() < until) taken.push(await timed(walk.next().value, ask))
  }
  await Promise.all(Array.from({ length: atOnce }, reader))
  return { perSecond: (taken.length * 1000) / (performance.now() - startedAt), taken }
}

/**
 * Each read begins when it is due, whether those before it were answered or not; its time counts from when it was due.
 * No more are asked once those of a whole second wait: the api does not keep up, and would only fall further behind.
 */
async function atRate(perSecond: number, filled: Filled[], shape: Shape, ask: Asking): Promise<Round> {
  const walk = asks(filled, shape.commitsEach)
  const startedAt = performance.now()
  const taken: Promise<Taken>[] = []
  let answered = 0
  const counted = async (one: Promise<Taken>) => {
    const done = await one
    answered++
    return done
  }
  while (taken.length < perSecond * secondsEach && taken.length - answered < perSecond) {
    const due = startedAt + (taken.length * 1000) / perSecond
    if (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, 1))
    else taken.push(counted(timed(walk.next().value, ask, due)))
  }
  const all = await Promise.all(taken)
  return { perSecond: (all.length * 1000) / (performance.now() - startedAt), taken: all }
}

async function timed(one: Ask, ask: Asking, since = performance.now()): Promise<Taken> {
  await ask(one)
  return { read: one.read, milliseconds: performance.now() - since }
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import { type Sandbox, startSandbox } from '../apps/sandbox/src/index.ts'
import { eventually, get } from '../e2e/address.ts'
import { addressOf, connectAccount, createApp, type Person, signUp, statusesOf } from '../e2e/person.ts'
import { type Repository, terminalOf } from '../e2e/repository.ts'
import { quantile } from './statistics.ts'

const rounds = 8
const app = 'swift'
/** Milliseconds that a pipeline is meant to take, p50 and the slow end. */
const bars = {
  begins: { p50: 150, p99: 1000 },
  next: { p50: 20 },
  back: { p99: 2000 },
  seen: { p95: 300 },
  workers: { p99: 10_000 },
  redis: { p99: 30_000 },
}

/** Two stages, so that something follows on a deployment; the first can be asked by a hook of the second. */
const server = `import { createServer } from 'node:http'
let asked = ''
createServer((request, answer) => {
  if (request.url === '/asked') return answer.end(asked)
  if (request.url !== '/ask') return answer.end(process.env.WORDS)
  asked = ''
  request.on('data', (part) => (asked += part))
  request.on('end', () => answer.writeHead(202).end())
}).listen(process.env.PORT)
`
const pipeline = (words: string, hook = '') => ({
  'server.js': server,
  'slipway.yaml': `services: { web: { run: node server.js } }
env: { WORDS: ${words} }
pipeline:
  - stage: staging
  - stage: production
${hook}`,
})

type Place = { slipway: Sandbox; person: Person; repository: Repository; rows: Rows }

/**
 * How long a pipeline takes between one thing and the next, as its rows say it, beside the bars that it is meant to
 * keep; runner and hosts are there. Milliseconds. Everything shares the machine, the browser's stream too.
 */
export async function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))
  const slipway = await startSandbox({ folder, product: ['api', 'worker'] })
  const rows = openRows(slipway.databaseUrls.systemUrl)
  try {
    const person = await signUp(slipway, 'Swift')
    const cloudAccountId = await connectAccount(slipway, person, '151515151515')
    const repository = await createApp(person, cloudAccountId, app, 'node-sqlite')
    const place = { slipway, person, repository, rows }
    await pushThrough(place, 'first', pipeline('first'))
    const changes = await listen(person)
    const pushed: number[] = []
    for (let round = 0; round < rounds; round++)
      pushed.push(await pushThrough(place, `round ${round}`, pipeline(`round-${round}`)))
    const heard = changes.stop()
    const firsts = await rows.gaps(pushed, 'received', 'build/1')
    const outcomes = [
      { type: 'build-succeeded', path: null, next: 'staging/0/0/1' },
      { type: 'target-healthy', path: 'staging/0/0', next: 'production/0/0/1' },
    ]
    const nexts = await Promise.all(outcomes.map((outcome) => rows.handed(pushed, outcome)))
    const steps = await Promise.all(
      outcomes.map(({ type, path, next }) => rows.gaps(pushed, type, next, path)),
    )
    return [
      row('push accepted → first effect', firsts, bars.begins),
      row('outcome → next effect, at a worker', nexts.flat(), bars.next),
      row('outcome → first step of the next effect', steps.flat()),
      row('event → browser', await rows.seen(pushed, heard), bars.seen),
      row('red → the host goes back', await goBack(place), bars.back),
      row('the worker is started again → the execution moves', await without(place, 'worker'), bars.workers),
      row('all of Redis is lost → the execution moves', await without(place, 'valkey'), bars.redis),
    ]
  } finally {
    await rows.close()
    await slipway.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Bar = { p50?: number; p95?: number; p99?: number }

function row(what: string, milliseconds: readonly number[], bar: Bar = {}) {
  const said = (share: number) => Math.round(quantile(milliseconds, share))
  const slow = bar.p99 ?? bar.p95 ?? bar.p50 ?? 0
  const share = bar.p99 !== undefined ? 0.99 : bar.p95 !== undefined ? 0.95 : 0.5
  return {
    what,
    seen: milliseconds.length,
    p50: said(0.5),
    p95: said(0.95),
    most: said(1),
    bar: Object.entries(bar)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    'of the bar': slow === 0 ? '' : (quantile(milliseconds, share) / slow).toFixed(2),
  }
}

/** Pushes and waits for the good end; answers the number of the execution. */
async function pushThrough(
  { person, repository }: Place,
  words: string,
  files: Record<string, string>,
): Promise<number> {
  await repository.commit(words, files)
  await terminalOf(repository.push())
  return ended(person, 'succeeded')
}

/** The number of the newest execution, once it has ended so. */
function ended(person: Person, status: string): Promise<number> {
  return eventually(async () => {
    const [newest = ''] = await statusesOf(person, app)
    if (/failed|cancelled/.test(newest) && !newest.endsWith(status)) throw new Error(newest)
    return newest.endsWith(status) ? Number.parseInt(newest, 10) : undefined
  }, status)
}

const message = z.object({
  data: z.object({ execution: z.object({ number: z.number() }), answer: z.object({ url: z.url() }) }),
})

/** A hook behind the deployment says that it is to go back: from its word until the host has taken the command. */
async function goBack({ person, repository, rows }: Place): Promise<number[]> {
  const taken: number[] = []
  const staging = await addressOf(person, app, 'staging')
  let last = 0
  for (let round = 0; round < rounds / 3; round++) {
    const hook = `    after: [{ hook: { url: "${staging}/ask", expires: 1h } }]\n`
    await repository.commit(`back ${round}`, pipeline(`back-${round}`, hook))
    const pushed = terminalOf(repository.push())
    const { execution, answer } = await eventually(async () => {
      const { body } = await get(staging, '/asked')
      const asked = body === '' ? undefined : message.parse(JSON.parse(body)).data
      return asked !== undefined && asked.execution.number > last ? asked : undefined
    }, 'the message of the hook')
    last = execution.number
    const here = new URL(answer.url)
    here.hostname = '127.0.0.1'
    const response = await fetch(here, { method: 'POST', body: '{"answer":"roll-back"}' })
    if (!response.ok) throw new Error(`the answer was refused: ${await response.text()}`)
    await pushed
    taken.push(...(await rows.backs(await ended(person, 'failed'))))
  }
  return taken
}

/** A push while one part is down, from the moment in which it is back until the push is built. */
async function without(
  { slipway, person, repository, rows }: Place,
  part: 'worker' | 'valkey',
): Promise<number[]> {
  const taken: number[] = []
  for (let round = 0; round < rounds / 3; round++) {
    await slipway.kill(part)
    const words = `without ${part} ${round}`
    await repository.commit(words, pipeline(words.replaceAll(' ', '-')))
    const pushed = terminalOf(repository.push())
    await eventually(async () => {
      const { executions } = await person.api.executions.list.query({
        organisationId: person.organisationId,
        app,
      })
      return executions[0]?.message === words || undefined
    }, words)
    const since = Date.now()
    await slipway.restart(part)
    await pushed
    const number = await ended(person, 'succeeded')
    taken.push(Math.max(0, (await rows.beganAt(number, 'build/1')) - since))
  }
  return taken
}

type Heard = { topic: string; at: number }

const change = z.object({ topic: z.string() })

/** What the page's stream says, with the moment in which it came. */
async function listen({ ask, organisationId }: Person): Promise<{ stop(): Heard[] }> {
  const heard: Heard[] = []
  const ends = new AbortController()
  const input = encodeURIComponent(JSON.stringify({ organisationId }))
  const { body } = await ask(`/trpc/live.changes?input=${input}`, {
    headers: { accept: 'text/event-stream' },
    signal: ends.signal,
  })
  if (body === null) throw new Error('the stream of changes is empty')
  const read = async () => {
    let rest = ''
    for await (const piece of body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + piece).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const said = line.startsWith('data: {') ? change.safeParse(JSON.parse(line.slice(6))) : undefined
        if (said?.success) heard.push({ topic: said.data.topic, at: Date.now() })
      }
    }
  }
  read().catch(() => {})
  return {
    stop() {
      ends.abort()
      return heard
    },
  }
}

type Rows = ReturnType<typeof openRows>

/** What the database knows of when things were, in milliseconds since 1970. */
function openRows(url: string) {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  const milliseconds = z.array(z.object({ ms: z.coerce.number() }))
  const ask = async (sql: string, values: unknown[]) =>
    milliseconds.parse((await pool.query(sql, values)).rows).map(({ ms }) => ms)
  const at = (column: string) => `extract(epoch from ${column}) * 1000`
  return {
    /** From an event of each execution to the first step of a place. */
    gaps: (numbers: number[], type: string, path: string, eventPath: string | null = null) =>
      ask(
        `select min(${at('step.started_at')}) - min(${at('told.at')}) as ms
         from execution join execution_event told on told.execution_id = execution.id
         join deployment_step step on step.execution_id = execution.id
         where execution.number = any($1) and told.event->>'type' = $2 and step.path = $3
           and ($4::text is null or told.event->>'path' = $4) group by execution.id`,
        [numbers, type, path, eventPath],
      ),
    /** From what a host or runner said to the moment in which the deployment that follows was handed to a worker. */
    handed: (numbers: number[], { type, path, next }: { type: string; path: string | null; next: string }) =>
      ask(
        `select min(${at('job.queued_at')}) - min(${at('told.at')}) as ms
         from execution join execution_event told on told.execution_id = execution.id
         join outbox job on job.name = 'pipeline.deploy' and job.key like execution.id || '/' || $4 || '/%'
         where execution.number = any($1) and told.event->>'type' = $2
           and ($3::text is null or told.event->>'path' = $3) group by execution.id`,
        [numbers, type, path, next],
      ),
    /** From the red word to the moment in which the host took the command that goes back. */
    backs: (number: number) =>
      ask(
        `select min(${at('command.accepted_at')}) - min(${at('told.at')}) as ms
         from execution join execution_event told on told.execution_id = execution.id
         join host_command command on command.kind = 'deploy' and command.created_at > told.at
         where execution.number = $1 and told.event->>'type' = 'check-failed' group by execution.id`,
        [number],
      ),
    async beganAt(number: number, path: string): Promise<number> {
      const [began] = await ask(
        `select min(${at('step.started_at')}) as ms from execution
         join deployment_step step on step.execution_id = execution.id
         where execution.number = $1 and step.path = $2`,
        [number, path],
      )
      if (began === undefined) throw new Error(`${path} of execution ${number} never began`)
      return began
    },
    /** From each event until the page's stream said that the execution has changed. */
    async seen(numbers: number[], heard: readonly Heard[]): Promise<number[]> {
      const { rows } = await pool.query(
        `select execution.id, ${at('told.at')} as ms from execution
         join execution_event told on told.execution_id = execution.id where execution.number = any($1)`,
        [numbers],
      )
      const events = z.array(z.object({ id: z.string(), ms: z.coerce.number() })).parse(rows)
      return events.flatMap(({ id, ms }) => {
        const first = heard.find(({ topic, at: came }) => topic === `execution:${id}` && came >= ms)
        return first === undefined ? [] : [first.at - ms]
      })
    },
    close: () => pool.end(),
  }
}

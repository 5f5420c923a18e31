import pg from 'pg'
import { median } from '../../bench/statistics.ts'
import { eventually } from '../../e2e/address.ts'
import { signUp } from '../../e2e/person.ts'
import { pushThrough } from '../../e2e/push-through.ts'
import type { Row } from '../row.ts'
import { type App, answeringAllTheWhile } from './world.ts'

/** What waits in the outbox of one tenant must not keep others waiting, whatever it is. */
export function jobs(app: App): Row[] {
  return [
    {
      name: 'a job that can never go well is set aside, and those behind it go on',
      run: () =>
        withOutbox(app, async (outbox) => {
          const { organisationId } = app.person
          const id = await outbox.add(organisationId, 'pipeline.tell-failed', { executionId: 'nonsense' }, 1)
          const seen = await answeringAllTheWhile(app, 'behind a bad job', () =>
            pushThrough(app, 'behind a bad job', 'build', async () => {}),
          )
          const end = await eventually(() => outbox.setAside(id), 'the end of the bad job', 300)
          return `${seen}; set aside after ${end.attempts} attempts`
        }),
    },
    {
      name: 'two thousand jobs of another organisation wait',
      run: () =>
        withOutbox(app, async (outbox) => {
          const other = await signUp(app.slipway, 'Flood')
          const quiet = await startsOf(app, outbox, 'quiet')
          const flood = () =>
            outbox.add(
              other.organisationId,
              'pipeline.advance-execution',
              { appId: 'app_1m8drwjd1sq6dszb3j6hzt' },
              2000,
            )
          const flooded = await startsOf(app, outbox, 'flooded', flood)
          const left = await outbox.waiting(other.organisationId)
          const words = `push → the build is sent to the runner ${Math.round(quiet)} ms, and ${Math.round(flooded)} ms among them`
          if (flooded > 2 * quiet) throw new Error(words)
          return `${words}; ${left} of them still waited at the end`
        }),
    },
  ]
}

/** The median of three pushes: from when it was received until its build was sent to the runner. Milliseconds. */
async function startsOf(
  app: App,
  outbox: Outbox,
  words: string,
  before: () => Promise<unknown> = async () => {},
): Promise<number> {
  const taken: number[] = []
  for (let time = 1; time <= 3; time++) {
    await before()
    await pushThrough(app, `${words} ${time}`, 'build', async () => {})
    taken.push(await outbox.buildStart(app.app))
  }
  return median(taken)
}

type Outbox = ReturnType<typeof outboxOf>

async function withOutbox(app: App, run: (outbox: Outbox) => Promise<string>): Promise<string> {
  const client = new pg.Client({ connectionString: app.slipway.databaseUrls.systemUrl })
  await client.connect()
  try {
    return await run(outboxOf(client))
  } finally {
    await client.end()
  }
}

function outboxOf(client: pg.Client) {
  const first = async (sql: string, values: unknown[]) => (await client.query(sql, values)).rows[0]
  return {
    async add(organisationId: string, name: string, payload: object, times: number): Promise<string> {
      const { id } = await first(
        `insert into outbox (organisation_id, name, payload, due_at)
         select $1, $2, $3::jsonb, to_timestamp(0) from generate_series(1, $4) returning id`,
        [organisationId, name, JSON.stringify(payload), times],
      )
      return String(id)
    },
    async setAside(id: string): Promise<{ attempts: number } | undefined> {
      return first('select attempts from outbox where id = $1 and failed_at is not null', [id])
    },
    async waiting(organisationId: string): Promise<number> {
      const { waiting } = await first(
        'select count(*)::int as waiting from outbox where organisation_id = $1 and done_at is null and failed_at is null',
        [organisationId],
      )
      return Number(waiting)
    },
    async buildStart(app: string): Promise<number> {
      const { ms } = await first(
        `select extract(epoch from max(step.started_at) - min(told.at)) * 1000 as ms
         from execution join app on app.id = execution.app_id
         join execution_event told on told.execution_id = execution.id and told.event->>'type' = 'received'
         join deployment_step step on step.execution_id = execution.id and step.path = 'build/1'
         where app.name = $1 group by execution.id order by max(execution.number) desc limit 1`,
        [app],
      )
      return Number(ms)
    },
  }
}

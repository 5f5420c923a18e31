import { type AppId, asId, notFound, type OrganisationId, type UserId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { type AppsUrl, listEnvironments } from '@slipway/environments'
import { z } from 'zod'
import { type Execution, errorSchema, executionKinds, executionSchema } from '../decide/execution.ts'
import { checksOf } from '../decide/places.ts'
import { statuses } from '../decide/status.ts'
import { answersFor } from '../gates/approve/answers-for.ts'
import { peopleIn } from './check-shown.ts'
import { firstLine, namesOf, type Person } from './people.ts'
import type { BuildShown, Carried, EnvironmentHere, PipelineShown } from './pipeline-shown.ts'
import { type Loaded, stagesShown } from './stages-shown.ts'
import { stepRows, stepShown, stepsJson } from './step-shown.ts'

/** The page of an app's pipeline, as `viewer` sees it. Throws not-found. */
export async function getPipeline(
  db: Database,
  organisationId: OrganisationId,
  appName: string,
  appsUrl: AppsUrl,
  viewer: UserId,
): Promise<PipelineShown> {
  const { app, holds, executions: rows, places } = await load(db, organisationId, appName)
  const environments = await environmentsHere(db, { organisationId, app, appsUrl }, places)
  const withState = rows.flatMap(({ number, state }) => (state ? [{ appId: app.id, number, state }] : []))
  const answers = await answersFor(db, organisationId, withState, viewer)
  const answersOf = new Map(withState.map(({ number }, index) => [number, answers[index]]))
  const person = await namesOf(db, [
    ...holds.map((hold) => hold.heldBy),
    ...rows.flatMap((row) => [row.startedBy, ...openersOf(row.state)]),
  ])
  const executions = rows.map((row): Loaded => {
    const { number, state, steps } = row
    return { carried: carried(row, person), state, steps, answers: answersOf.get(number) ?? new Map() }
  })
  const head = executions.find(isPush)
  const readFrom = executions.find((each) => isPush(each) && (each.state?.stages.length ?? 0) > 0)
  const stages = stagesShown({
    readFrom,
    executions,
    environments,
    holds: new Map(
      holds.map(({ stage, heldSince, heldBy, reason }) => [
        stage,
        { since: heldSince.toISOString(), by: person(heldBy), reason },
      ]),
    ),
    person,
  })
  const named = new Set(
    stages.flatMap(({ waves }) =>
      waves.flatMap(({ targets }) => targets.map(({ environment }) => environment?.id)),
    ),
  )
  return {
    app,
    head: head?.carried ?? null,
    readFrom: readFrom?.carried ?? null,
    builds: buildsShown(executions),
    stages,
    leftOver: stages.length === 0 ? [] : environments.filter(({ id }) => !named.has(id)),
  }
}

/** So many executions are looked back for who was last in a stage; what lies further back is history. */
const lookBack = 200

const executionRow = z.object({
  number: z.number(),
  kind: z.enum(executionKinds),
  status: z.enum(statuses),
  startedBy: z.string(),
  reason: z.string().nullable(),
  createdAt: z.coerce.date(),
  endedAt: z.coerce.date().nullable(),
  error: errorSchema.nullable(),
  /** Undefined until the first event was folded in. */
  state: executionSchema.nullable().transform((state) => state ?? undefined),
  revision: z.object({ sha: z.string(), message: z.string(), author: z.string(), isBad: z.boolean() }),
  steps: stepRows,
})
type ExecutionRow = z.infer<typeof executionRow>

const rowSchema = z.object({
  app: z.object({
    id: z.string().transform((id) => asId('app', id)),
    name: z.string(),
    branch: z.string(),
    autoDeploy: z.boolean(),
  }),
  holds: z.array(
    z.object({ stage: z.string(), heldSince: z.coerce.date(), heldBy: z.string(), reason: z.string() }),
  ),
  executions: z.array(executionRow),
  /** Positions have no gaps: each commit takes the next. */
  places: z.object({
    newest: z.number().nullable(),
    live: z.array(z.object({ releaseId: z.string(), position: z.number(), isBad: z.boolean() })),
  }),
})

/**
 * The app with its holds, and the executions that the sheet tells of: those that have not ended, the newest push, the
 * newest one whose manifest was read, and the newest that was in each stage, of pushes and of all others.
 */
async function load(db: Database, organisationId: OrganisationId, appName: string) {
  const [row] = await db.statementInOrganisation(
    organisationId,
    Prisma.sql`
      with this as (
        select * from app where organisation_id = ${organisationId} and name = ${appName} and deleted_at is null
      ), recent as (
        select id, number, kind = 'push' as is_push, coalesce(state->'stages', '[]') as stages
        from execution where app_id = (select id from this) order by number desc limit ${lookBack}
      ), inside as (
        select distinct on (stage->>'name', is_push) id
        from recent cross join lateral jsonb_array_elements(stages) as stage
        where stage->'lane'->>'is' in ('entered', 'left')
        order by stage->>'name', is_push, number desc
      ), told as (
        (select id from recent where is_push order by number desc limit 1)
        union (select id from recent where is_push and stages <> '[]' order by number desc limit 1)
        union select id from inside
        union select id from execution where app_id = (select id from this) and ended_at is null
      )
      select json_build_object('id', id, 'name', name, 'branch', branch, 'autoDeploy', auto_deploy) as app,
        (
          select coalesce(json_agg(json_build_object(
            'stage', stage, 'heldSince', held_since, 'heldBy', held_by, 'reason', reason
          )), '[]')
          from pipeline_stage_hold where organisation_id = ${organisationId} and app_id = this.id
        ) as holds,
        (
          select coalesce(json_agg(
            json_build_object(
              'number', number, 'kind', kind, 'status', status, 'startedBy', started_by, 'reason', reason,
              'createdAt', created_at, 'endedAt', ended_at, 'error', error, 'state', nullif(state, '{}'),
              'revision', json_build_object('sha', sha, 'message', message, 'author', author, 'isBad', bad_since is not null),
              'steps', ${stepsJson(Prisma.sql`execution.id`, organisationId)}
            ) order by number desc
          ), '[]')
          from execution join revision on revision.id = revision_id where execution.id in (select id from told)
        ) as executions,
        json_build_object(
          'newest', (select max(position) from revision where app_id = this.id),
          'live', (
            select coalesce(json_agg(json_build_object(
              'releaseId', release.id, 'position', position, 'isBad', bad_since is not null
            )), '[]')
            from environment join release on release.id = live_release_id join revision on revision.id = revision_id
            where environment.app_id = this.id and deleted_at is null
          )
        ) as places
      from this`,
  )
  if (row === undefined) throw notFound('app')
  return rowSchema.parse(row)
}

async function environmentsHere(
  db: Database,
  { organisationId, app, appsUrl }: { organisationId: OrganisationId; app: { id: AppId }; appsUrl: AppsUrl },
  places: z.infer<typeof rowSchema>['places'],
): Promise<EnvironmentHere[]> {
  const listed = await listEnvironments(db, organisationId, app.id, appsUrl)
  return listed.map(({ stage: _, live, ...environment }) => {
    const place = places.live.find(({ releaseId }) => releaseId === live?.id)
    if (live === null || place === undefined) return { ...environment, live: null }
    return {
      ...environment,
      live: {
        ...live,
        message: firstLine(live.message),
        isBad: place.isBad,
        behind: (places.newest ?? place.position) - place.position,
      },
    }
  })
}

function carried(row: ExecutionRow, person: (id: string) => Person): Carried {
  const { number, kind, status, state, error, reason, revision } = row
  const hasEnded = row.endedAt !== null
  return {
    number,
    kind,
    status,
    ...revision,
    message: firstLine(revision.message),
    startedBy: person(row.startedBy),
    reason,
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    error: error ?? state?.failing ?? null,
    canDeploy: !hasEnded && state !== undefined && !state.letIn,
    canCancel: !hasEnded && status !== 'cancelling' && status !== 'going-back',
  }
}

function openersOf(state: Execution | undefined): string[] {
  return state?.stages.flatMap((stage) => peopleIn(checksOf(stage).map(([, check]) => check))) ?? []
}

const isPush = ({ carried: { kind } }: Loaded) => kind === 'push'

/** All that are being built, the newest first; where none is, the newest push as it was built. */
function buildsShown(executions: readonly Loaded[]): BuildShown[] {
  const running = executions.filter(({ carried: { status } }) => status === 'building')
  const newest = executions.find(isPush)
  return (running.length > 0 ? running : newest === undefined ? [] : [newest]).flatMap(buildShown)
}

function buildShown({ carried, state, steps }: Loaded): BuildShown[] {
  const build = state?.build
  if (build === undefined)
    return [{ ...carried, is: 'running', since: carried.createdAt, until: null, builtAt: null, steps: [] }]
  if (build.is === 'skipped') return []
  if (build.is === 'never')
    return [{ ...carried, is: 'never', since: carried.createdAt, until: null, builtAt: null, steps: [] }]
  return [
    {
      ...carried,
      is: build.is,
      since: build.since,
      until: 'until' in build ? build.until : null,
      builtAt: 'endedAt' in build ? build.endedAt : null,
      steps: steps.filter(({ path }) => path === `build/${build.attempt}`).map((step) => stepShown(step)),
    },
  ]
}

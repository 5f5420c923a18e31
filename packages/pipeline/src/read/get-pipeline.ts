import type { AppId, OrganisationId, UserId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { type AppsUrl, findApp, listEnvironments } from '@slipway/environments'
import { z } from 'zod'
import { type Execution, errorSchema, executionKinds, executionSchema } from '../decide/execution.ts'
import { checksOf } from '../decide/places.ts'
import { statuses } from '../decide/status.ts'
import { type Answers, answersFor } from '../gates/approve/answers-for.ts'
import { type Approver, approverOf } from '../gates/approve/approval-facts.ts'
import { peopleIn } from './check-shown.ts'
import { firstLine, namesOf, type Person } from './people.ts'
import type { BuildShown, Carried, EnvironmentHere, PipelineShown } from './pipeline-shown.ts'
import { type Loaded, stagesShown } from './stages-shown.ts'
import { stepShown } from './step-shown.ts'

/** The page of an app's pipeline, as `viewer` sees it. Throws not-found. */
export async function getPipeline(
  db: Database,
  organisationId: OrganisationId,
  appName: string,
  appsUrl: AppsUrl,
  viewer: UserId,
): Promise<PipelineShown> {
  const approver = await approverOf(db, organisationId, viewer)
  const rows = await db.inOrganisation(organisationId, (tx) =>
    load(tx, { organisationId, appName, appsUrl, approver }),
  )
  const { app, holds, environments, executions: parsed } = rows
  const person = await namesOf(db, [
    ...holds.map((hold) => hold.heldBy),
    ...parsed.flatMap(({ row, state }) => [row.startedBy, ...openersOf(state)]),
  ])
  const executions = parsed.map(({ row, state, answers }): Loaded => {
    return { carried: carried(row, state, person), state, steps: row.steps, answers }
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
    app: { id: app.id, name: app.name, branch: app.branch, autoDeploy: app.autoDeploy },
    head: head?.carried ?? null,
    readFrom: readFrom?.carried ?? null,
    builds: buildsShown(executions),
    stages,
    leftOver: stages.length === 0 ? [] : environments.filter(({ id }) => !named.has(id)),
  }
}

type ExecutionRow = Awaited<ReturnType<typeof load>>['executions'][number]['row']

type Asked = { organisationId: OrganisationId; appName: string; appsUrl: AppsUrl; approver: Approver }

async function load(tx: Tx, { organisationId, appName, appsUrl, approver }: Asked) {
  const app = await findApp(tx, organisationId, appName)
  const rows = await tx.execution.findMany({
    where: { appId: app.id, OR: [{ endedAt: null }, { id: { in: await toldOf(tx, app.id) } }] },
    orderBy: { number: 'desc' },
    include: {
      revision: { omit: { plan: true, planErrors: true } },
      steps: { orderBy: [{ path: 'asc' }, { position: 'asc' }] },
    },
  })
  const executions = []
  for (const row of rows) {
    const state = stateOf(row.state)
    const answers =
      state === undefined
        ? new Map<string, Answers>()
        : await answersFor(tx, app.id, { number: row.number, state }, approver)
    executions.push({ row, state, answers })
  }
  return {
    app,
    executions,
    environments: await environmentsHere(tx, app.id, appsUrl),
    holds: await tx.pipelineStageHold.findMany({ where: { appId: app.id } }),
  }
}

/** So many executions are looked back for who was last in a stage; what lies further back is history. */
const lookBack = 200

const idRow = z.object({ id: z.string() })

/**
 * Executions that the sheet tells of though they may have ended: the newest push, the newest one whose manifest was
 * read, and the newest that was in each stage, of pushes and of all others.
 */
async function toldOf(tx: Tx, appId: AppId): Promise<string[]> {
  const rows = await tx.$queryRaw<unknown[]>`
    with recent as (
      select id, number, kind = 'push' as is_push, coalesce(state->'stages', '[]') as stages
      from execution where app_id = ${appId} order by number desc limit ${lookBack}
    ), inside as (
      select distinct on (stage->>'name', is_push) id
      from recent cross join lateral jsonb_array_elements(stages) as stage
      where stage->'lane'->>'is' in ('entered', 'left')
      order by stage->>'name', is_push, number desc
    )
    (select id from recent where is_push order by number desc limit 1)
    union (select id from recent where is_push and stages <> '[]' order by number desc limit 1)
    union select id from inside`
  return rows.map((row) => idRow.parse(row).id)
}

async function environmentsHere(tx: Tx, appId: AppId, appsUrl: AppsUrl): Promise<EnvironmentHere[]> {
  const listed = await listEnvironments(tx, appId, appsUrl)
  const releases = await tx.release.findMany({
    where: { id: { in: listed.flatMap(({ live }) => live?.id ?? []) } },
    select: { id: true, revision: { select: { position: true, badSince: true } } },
  })
  const newest = await tx.revision.findFirst({
    where: { appId },
    orderBy: { position: 'desc' },
    select: { position: true },
  })
  const revisions = new Map(releases.map(({ id, revision }) => [id, revision]))
  return listed.map(({ stage: _, live, ...environment }) => {
    const revision = revisions.get(live?.id ?? '')
    if (live === null || revision === undefined) return { ...environment, live: null }
    return {
      ...environment,
      live: {
        ...live,
        message: firstLine(live.message),
        isBad: revision.badSince !== null,
        // Positions have no gaps: each commit takes the next.
        behind: (newest?.position ?? revision.position) - revision.position,
      },
    }
  })
}

const rowSchema = z.object({
  kind: z.enum(executionKinds),
  status: z.enum(statuses),
  error: errorSchema.nullable(),
})

function carried(row: ExecutionRow, state: Execution | undefined, person: (id: string) => Person): Carried {
  const { kind, status, error } = rowSchema.parse(row)
  const hasEnded = row.endedAt !== null
  return {
    number: row.number,
    kind,
    status,
    sha: row.revision.sha,
    message: firstLine(row.revision.message),
    author: row.revision.author,
    isBad: row.revision.badSince !== null,
    startedBy: person(row.startedBy),
    reason: row.reason,
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    error: error ?? state?.failing ?? null,
    canDeploy: !hasEnded && state !== undefined && !state.letIn,
    canCancel: !hasEnded && status !== 'cancelling' && status !== 'going-back',
  }
}

/** Undefined until the first event was folded in. */
function stateOf(state: unknown): Execution | undefined {
  return Object.keys(Object(state)).length === 0 ? undefined : executionSchema.parse(state)
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

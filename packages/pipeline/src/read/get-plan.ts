import { asId, notFound, type OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { configurationOf, findApp, getEnvironmentById, liveReleaseOf } from '@slipway/environments'
import { type AppPlan, appPlanSchema, type ComputeKind } from '@slipway/manifest'
import { type Change, serviceChanges, variableChanges } from '../decide/changes.ts'
import { chooseCompute } from '../decide/choose-compute.ts'
import { type Execution, executionSchema } from '../decide/execution.ts'
import { firstTarget } from '../decide/places.ts'
import { type Status, statusOf } from '../decide/status.ts'
import { costOfRelease, type Infrastructure, infrastructureChange } from '../infrastructure-change.ts'
import { getRelease, variablesFor } from '../release-rows.ts'
import { firstLine } from './people.ts'

/** What pressing Deploy would do. Times are ISO. */
export type PlanShown = {
  number: number
  status: Status
  canDeploy: boolean
  environment: { name: string; region: string }
  revision: { sha: string; message: string; author: string; pushedAt: string; pushedBy: string }
  /** The release that it is built as; null while it is being built. */
  release: { number: number; sizeBytes: number; architecture: string; builtSeconds: number | null } | null
  live: { number: number; sha: string; message: string; since: string } | null
  /** Newest first: what this brings that is not live; `hasMore` when there are older ones. */
  commits: { sha: string; message: string; author: string; pushedAt: string }[]
  hasMoreCommits: boolean
  configuration: Change[]
  services: Change[]
  /** Whether a host stands behind it, or will. */
  compute: ComputeKind
  infrastructure: Infrastructure
  /** What was read and detected, one sentence each. */
  why: string[]
}

const commitsMax = 50

/** The page of a push that waits, or is on its way. Throws not-found, also for an execution without a plan. */
export async function getPlan(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; number: number },
): Promise<PlanShown> {
  return db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, asked.app)
    const row = await tx.execution.findUnique({
      where: { appId_number: { appId: app.id, number: asked.number } },
      include: { revision: true },
    })
    const state = row === null ? undefined : executionSchema.safeParse(row.state).data
    const environmentId = state && firstTarget(state)?.environmentId
    if (row === null || state === undefined || environmentId === undefined || row.revision.plan === null)
      throw notFound('plan')
    const plan = appPlanSchema.parse(row.revision.plan)
    const environment = await getEnvironmentById(tx, environmentId)
    const liveId = environment.liveReleaseId
    const live = liveId === null ? undefined : await getRelease(tx, asId('release', liveId))
    const next = variablesFor(plan, await configurationOf(tx, environmentId))
    const built = await builtAs(tx, state)
    const choice = chooseCompute(environment, plan)
    const kind = 'kind' in choice ? choice.kind : plan.compute.kind
    const commits = await commitsSince(tx, app.id, live?.revisionId, row.revision.position)
    return {
      number: row.number,
      status: statusOf(state),
      canDeploy: state.end === null && !state.letIn,
      environment: { name: environment.name, region: environment.region },
      revision: {
        sha: row.revision.sha,
        message: firstLine(row.revision.message),
        author: row.revision.author,
        pushedAt: row.revision.pushedAt.toISOString(),
        pushedBy: row.revision.pushedBy,
      },
      release: built,
      live: liveId === null ? null : ((await liveReleaseOf(tx, liveId)) ?? null),
      commits: commits.slice(0, commitsMax),
      hasMoreCommits: commits.length > commitsMax,
      configuration: variableChanges(live?.variables ?? { plain: {}, secrets: [] }, next),
      services: serviceChanges(live?.plan.services ?? [], plan.services),
      compute: kind,
      infrastructure: infrastructureChange(
        live ? costOfRelease(kind, live, environment.region) : 'nothing',
        costOfRelease(
          kind,
          {
            plan,
            architecture: await architectureFor(tx, state, environment.architecture, plan),
            sizeBytes: built?.sizeBytes,
          },
          environment.region,
        ),
      ),
      why: plan.services.flatMap((service) => service.why),
    }
  })
}

async function builtAs(tx: Tx, state: Execution): Promise<PlanShown['release']> {
  if (state.releaseId === null) return null
  const { number, sizeBytes, architecture } = await getRelease(tx, state.releaseId)
  const { build } = state
  const builtSeconds =
    build.is === 'succeeded' ? (Date.parse(build.endedAt) - Date.parse(build.since)) / 1000 : null
  return { number, sizeBytes, architecture, builtSeconds }
}

async function commitsSince(tx: Tx, appId: string, liveRevisionId: string | undefined, upTo: number) {
  const live =
    liveRevisionId === undefined
      ? null
      : await tx.revision.findUnique({ where: { id: liveRevisionId }, select: { position: true } })
  const rows = await tx.revision.findMany({
    where: { appId, position: { gt: live?.position ?? 0, lte: upTo } },
    orderBy: { position: 'desc' },
    take: commitsMax + 1,
  })
  return rows.map((row) => ({
    sha: row.sha,
    message: firstLine(row.message),
    author: row.author,
    pushedAt: row.pushedAt.toISOString(),
  }))
}

/** The release's where it is built; before that what the host has, what the manifest fixes, else what is cheapest. */
async function architectureFor(
  tx: Tx,
  state: Execution,
  host: string | null,
  plan: AppPlan,
): Promise<'x64' | 'arm64'> {
  if (state.releaseId !== null) return (await getRelease(tx, state.releaseId)).architecture
  if (host === 'x64' || plan.architecture === 'x86_64') return 'x64'
  return 'arm64'
}

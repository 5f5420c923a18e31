import {
  type AppId,
  asId,
  type Clock,
  type ExecutionId,
  type Log,
  type OrganisationId,
  type ReleaseId,
  type RevisionId,
  type UserErrorFields,
} from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { type App, type Environment, getAppById, getEnvironmentById } from '@slipway/environments'
import { type Handler, handle, type JobContext } from '@slipway/jobs'
import { type AppPlan, appPlanSchema, type ComputeKind } from '@slipway/manifest'
import { architecture, releaseKey } from '@slipway/protocol'
import { z } from 'zod'
import { computeOf } from '../decide/choose-compute.ts'
import { executionSchema } from '../decide/execution.ts'
import { firstTarget } from '../decide/places.ts'
import { releaseIdOf } from '../deployment-id.ts'
import { exclusively } from '../exclusively.ts'
import { isStale, lookAgainAt, putOff, type Wake } from '../look.ts'
import { recordEvent } from '../record-event.ts'
import { recordRelease } from '../release-rows.ts'
import type { StepsOutcome } from '../run-steps.ts'
import { tenantOf } from '../tenant-of.ts'
import { broken } from './broken.ts'
import { buildJob } from './jobs.ts'

/** A build that is under way, with all that its steps need. */
export type OpenBuild = {
  organisationId: OrganisationId
  executionId: ExecutionId
  attempt: number
  app: App
  /** The first that it is deployed into: its runner builds, and its bucket gets the build. */
  environment: Environment
  revision: { id: RevisionId; sha: string }
  plan: AppPlan
  /** What it is to run on, which says how it is packed. */
  compute: ComputeKind
  /** What the build becomes, and where the runner puts it in the customer's bucket. */
  releaseId: ReleaseId
  key: string
}

export type BuildSettings = {
  /** Runs the steps of a build as far as they go; the last leaves behind what `builtSchema` describes. */
  runBuild(
    build: OpenBuild,
    wake: Wake,
    context: { db: Database; clock: Clock; log: Log },
  ): Promise<StepsOutcome>
}

/** What the steps of a build remember at their end. */
const builtSchema = z.object({
  digest: z.string(),
  sizeBytes: z.coerce.number().int().positive(),
  architecture,
})

export function buildHandler(settings: BuildSettings): Handler {
  return handle(
    buildJob,
    async (payload, context) => {
      await lookAtBuild({ ...payload, organisationId: tenantOf(context) }, context, settings)
    },
    {
      exhausted: async (payload, error, context) => {
        await answerFailed(
          context.db,
          { ...payload, organisationId: tenantOf(context) },
          broken(error, 'this build'),
          context.clock,
        )
      },
    },
  )
}

type BuildOf = Pick<OpenBuild, 'organisationId' | 'executionId' | 'attempt'>

/** One look at a build: runs its steps as far as they go, and parks it or answers how it ended. Safe at any time. */
async function lookAtBuild(
  of: BuildOf & { timer?: string | undefined },
  { db, clock, log }: JobContext,
  settings: BuildSettings,
): Promise<void> {
  const { organisationId, executionId, attempt, timer } = of
  const at = { organisationId, executionId, path: `build/${attempt}`, timer }
  const build = await db.inOrganisation(organisationId, (tx) => openBuild(tx, of))
  if (build === undefined || (await isStale(db, at, timer))) return
  const wake: Wake = { name: buildJob.name, payload: { executionId, attempt } }
  const look = await exclusively(db, organisationId, `steps:${build.app.id}`, () =>
    settings.runBuild(build, wake, { db, clock, log }),
  )
  if (look === undefined) return putOff(db, at, wake, clock.now())
  const outcome = look.result
  switch (outcome.state) {
    case 'waiting':
      return lookAgainAt(db, at, wake, outcome.until)
    case 'failed':
      return answerFailed(db, of, outcome.error, clock)
    case 'done':
      return answerBuilt(db, build, builtSchema.parse(outcome.memory), clock)
  }
}

/** The build as its rows say; undefined when it is over, or another attempt is under way. */
async function openBuild(tx: Tx, of: BuildOf): Promise<OpenBuild | undefined> {
  const row = await tx.execution.findUniqueOrThrow({
    where: { id: of.executionId },
    include: { revision: true },
  })
  const execution = executionSchema.parse(row.state)
  if (execution.build.is !== 'running' || execution.build.attempt !== of.attempt) return undefined
  const environmentId = firstTarget(execution)?.environmentId
  if (environmentId === undefined) throw new Error('an execution deploys into an environment')
  const appId: AppId = asId('app', row.appId)
  const releaseId = releaseIdOf(of.executionId, of.attempt)
  const environment = await getEnvironmentById(tx, environmentId)
  const plan = appPlanSchema.parse(row.revision.plan)
  const compute = computeOf(environment, plan)
  return {
    ...of,
    app: await getAppById(tx, appId),
    environment,
    revision: { id: asId('revision', row.revisionId), sha: row.revision.sha },
    plan,
    compute,
    releaseId,
    key: releaseKey(environmentId, releaseId, compute === 'function' ? 'zip' : 'tar.gz'),
  }
}

async function answerBuilt(
  db: Database,
  build: OpenBuild,
  built: z.infer<typeof builtSchema>,
  clock: Clock,
): Promise<void> {
  const { organisationId, executionId, attempt, environment, releaseId, key, plan } = build
  await db.inOrganisation(organisationId, async (tx) => {
    const at = clock.now().toISOString()
    const event = { type: 'build-succeeded' as const, at, attempt, releaseId }
    const isNew = await recordEvent(tx, executionId, event, `build/${attempt}/answer`)
    if (!isNew) return
    const of = {
      organisationId,
      appId: build.app.id,
      environmentId: environment.id,
      revisionId: build.revision.id,
    }
    await recordRelease(tx, of, { ...built, key, plan }, clock, releaseId)
  })
}

async function answerFailed(db: Database, of: BuildOf, error: UserErrorFields, clock: Clock): Promise<void> {
  const { organisationId, executionId, attempt } = of
  const at = clock.now().toISOString()
  await db.inOrganisation(organisationId, (tx) =>
    recordEvent(
      tx,
      executionId,
      { type: 'build-failed', at, attempt, error, again: mayGoWellAgain(error) },
      `build/${attempt}/answer`,
    ),
  )
}

/** The runner went away under the build, or could not reach our repository: another try can go well with the same commit. */
function mayGoWellAgain({ code }: UserErrorFields): boolean {
  return ['host-did-not-answer', 'host-failed', 'command-expired', 'build-no-source'].includes(code)
}

import type { Cloud, Memory } from '@slipway/cloud'
import type { Clock, Log } from '@slipway/core'
import type { Database } from '@slipway/db'
import { buildStream } from '@slipway/protocol'
import { type BuildContext, buildSteps } from './build-steps.ts'
import type { OpenBuild } from './effects/build.ts'
import type { Wake } from './look.ts'
import { runSteps, type StepsOutcome } from './run-steps.ts'
import { sayTo } from './say.ts'

/** Runs the steps of a build on the runner of its environment's account and region as far as they go. */
export async function runRunnerBuild(
  settings: { cloud: Cloud; gitUrl: BuildContext['gitUrl'] },
  build: OpenBuild,
  wake: Wake,
  { db, clock, log }: { db: Database; clock: Clock; log: Log },
): Promise<StepsOutcome> {
  const { organisationId, executionId, environment } = build
  const path = `build/${build.attempt}`
  const contextFor = (memory: Memory): BuildContext => ({
    db,
    cloud: settings.cloud,
    clock,
    log,
    organisationId,
    cloudAccountId: environment.cloudAccountId,
    region: environment.region,
    wake,
    memory,
    say: sayTo(db, { organisationId, stream: buildStream(executionId), path }, clock),
    build,
    gitUrl: settings.gitUrl,
  })
  return runSteps(
    db,
    { organisationId, executionId, path, deploymentId: null },
    buildSteps,
    contextFor,
    clock,
  )
}

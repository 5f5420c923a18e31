import { type Cloud, type DeployStep, type Memory, targets } from '@slipway/cloud'
import type { Clock, Log } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { setCompute } from '@slipway/environments'
import type { ComputeKind } from '@slipway/manifest'
import { deploymentStream } from '@slipway/protocol'
import { clusterConfigOf } from './cluster-deployment.ts'
import { chooseCompute } from './decide/choose-compute.ts'
import { begin, type OpenDeployment } from './deployment-rows.ts'
import { functionConfigOf } from './function-deployment.ts'
import type { Wake } from './look.ts'
import { runSteps, type StepsOutcome } from './run-steps.ts'
import { sayTo } from './say.ts'
import { serverConfigOf } from './server-deployment.ts'
import { staticConfigOf } from './static-deployment.ts'

type Hands = { db: Database; clock: Clock; log: Log }
type Run = (cloud: Cloud, deployment: OpenDeployment, wake: Wake, hands: Hands) => Promise<StepsOutcome>

/** How a deployment runs on each kind of target: its steps, with what it is about in the target's own words. */
const kinds: Record<ComputeKind, Run> = {
  server: runner(targets.server.steps, serverConfigOf),
  cluster: runner(targets.cluster.steps, clusterConfigOf),
  static: runner(targets.static.steps, staticConfigOf),
  function: runner(targets.function.steps, functionConfigOf),
}

/**
 * Runs the steps of a deployment as far as they go, on the kind that its environment has. The first deployment chooses
 * it, and it stays: a release that cannot run there fails in words.
 */
export async function runTarget(
  cloud: Cloud,
  deployment: OpenDeployment,
  wake: Wake,
  hands: Hands,
): Promise<StepsOutcome> {
  const { organisationId, environment, release } = deployment
  const choice = chooseCompute(environment, release.plan)
  if ('error' in choice) return { state: 'failed', step: 'compute', error: choice.error, memory: {} }
  await hands.db.inOrganisation(organisationId, (tx) => setCompute(tx, environment.id, choice.kind))
  return kinds[choice.kind](cloud, deployment, wake, hands)
}

function runner<Config>(
  steps: readonly DeployStep<Config>[],
  configOf: (tx: Tx, deployment: OpenDeployment) => Promise<Config>,
): Run {
  return async (cloud, deployment, wake, { db, clock, log }) => {
    const { organisationId, executionId, id, app, environment, isStopping } = deployment
    const path = `${deployment.path}/${deployment.attempt}`
    const config = await db.inOrganisation(organisationId, (tx) => configOf(tx, deployment))
    const contextFor = (memory: Memory) => ({
      db,
      cloud,
      clock,
      log,
      organisationId,
      cloudAccountId: environment.cloudAccountId,
      region: environment.region,
      wake,
      memory,
      say: sayTo(db, { organisationId, stream: deploymentStream(id), path }, clock),
      deploymentId: id,
      config,
      begin: (tx: Tx) => begin(tx, deployment, clock),
      isStopping,
    })
    log.debug({ app: app.name, deployment: id, path }, 'a deployment is looked at')
    const of = { organisationId, executionId, path, deploymentId: id }
    return runSteps(db, of, steps, contextFor, clock)
  }
}

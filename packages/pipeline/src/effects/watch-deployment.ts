import type { Step } from '@slipway/cloud'
import type { Clock, UserErrorFields } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { stopCommands } from '@slipway/hosts'
import type { JobContext } from '@slipway/jobs'
import { deploymentStream } from '@slipway/protocol'
import { executionSchema } from '../decide/execution.ts'
import { checksOf, targetsOf } from '../decide/places.ts'
import { stepIdOf } from '../deployment-id.ts'
import type { OpenDeployment, TargetOf } from '../deployment-rows.ts'
import { isConfirmedRed } from '../gates/bake/decide/look.ts'
import { lookAtAll, lookMilliseconds } from '../gates/bake/look-at-all.ts'
import type { MonitorAsked } from '../gates/bake/monitor-asked.ts'
import { monitorRed } from '../gates/bake/monitor-red.ts'
import type { GateContext } from '../gates/gate.ts'
import { gateOf } from '../gates/index.ts'
import { gateFacts, type Outside } from '../gates/outside.ts'
import type { Wake } from '../look.ts'
import { recordEvent } from '../record-event.ts'
import { runSteps } from '../run-steps.ts'
import { sayTo } from '../say.ts'
import { stopDeployment } from './stop.ts'

/** Longer than a deployment may take, which says so in its own words. */
const limitSeconds = 86_400
/** A timer comes a little early or late; a look that was due is not left out for that. */
const toleranceMilliseconds = 1000
const minute = 60_000

/** Where the looks of a deployment's monitors are kept, beside its own steps. */
const placeOf = (path: string) => `${path}/monitors`

/**
 * One look at the monitors of the stage, while what runs in an environment is being changed: those that a gate of the stage
 * asks. One that is red at two looks in a row sends the deployment back, and its wave with it; inconclusive never does.
 * What goes on alone, such as a way back or a bad commit that a person let in, is not watched.
 */
export async function watchDeployment(
  deployment: OpenDeployment,
  wake: Wake,
  context: JobContext,
  outside: Outside,
): Promise<void> {
  const { organisationId, executionId, id, attempt, environment, isWatched, isStopping } = deployment
  if (!isWatched || isStopping) return
  const { db, clock } = context
  const path = placeOf(deployment.path)
  const watched = await db.inOrganisation(organisationId, async (tx) => {
    const row = await tx.deployment.findUniqueOrThrow({ where: { id }, select: { begunAt: true } })
    // Nothing of this release runs yet that could be red.
    if (row.begunAt === null) return undefined
    const { stage, monitors } = await monitorsOf(tx, deployment)
    if (monitors.length === 0) return undefined
    const of = { organisationId, executionId, path, attempt, wake, stage }
    const asked = { ...of, environments: [environment], since: row.begunAt }
    return { monitors, facts: await gateFacts(tx, asked, context, outside) }
  })
  if (watched === undefined) return
  const { monitors, facts } = watched
  const say = sayTo(
    db,
    { organisationId, stream: deploymentStream(id), path: `${deployment.path}/${attempt}` },
    clock,
  )
  await runSteps(
    db,
    { organisationId, executionId, path: `${path}/${attempt}`, deploymentId: id },
    [watch(monitors, deployment)],
    (memory) => ({ ...facts, memory, say }),
    clock,
  )
}

/** What its monitors asked of a runner and have not heard of is no longer wanted once the deployment has ended. */
export async function stopWatching(
  tx: Tx,
  { executionId, path, attempt }: TargetOf,
  wake: Wake,
  clock: Clock,
): Promise<void> {
  const subject = stepIdOf(executionId, placeOf(path), attempt)
  // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
  await stopCommands(tx, { kind: 'step', subject, then: wake }, clock)
}

/** Those of its stage: each gate that asks monitors asks all of them. */
async function monitorsOf(
  tx: Tx,
  { executionId, path }: TargetOf,
): Promise<{ stage: string; monitors: readonly MonitorAsked[] }> {
  const row = await tx.execution.findUniqueOrThrow({ where: { id: executionId }, select: { state: true } })
  const stage = executionSchema
    .parse(row.state)
    .stages.find((each) => targetsOf(each).some(([target]) => target === path))
  if (stage === undefined) return { stage: '', monitors: [] }
  const asked = checksOf(stage).map(([, { kind, ask }]) => gateOf(kind)?.monitors(ask) ?? [])
  return { stage: stage.name, monitors: asked.find((each) => each.length > 0) ?? [] }
}

function watch(monitors: readonly MonitorAsked[], deployment: OpenDeployment): Step<GateContext> {
  return {
    name: 'watch',
    title: 'Watch the monitors',
    limitSeconds,
    late: () => ({
      code: 'pipeline-deployment-too-long',
      kind: 'failed',
      what: 'It was watched for too long.',
    }),
    run: async (context) => {
      const { clock, memory, environments, since, say } = context
      const now = clock.now()
      const next = new Date(now.getTime() + lookMilliseconds)
      const dueAt = new Date(memory.nextAt ?? 0).getTime() - toleranceMilliseconds
      if (now.getTime() < dueAt) return { state: 'wait', until: new Date(dueAt), on: 'the next look', memory }
      // Minutes that began before are of the release before.
      const from = new Date(Math.ceil(since.getTime() / minute) * minute)
      const places = environments.map((environment) => ({ environment, from }))
      const { seen, memory: looked } = await lookAtAll(monitors, places, context)
      const red = seen.find((each) => each.seen !== undefined && isConfirmedRed(each.seen))
      const remembered = { ...looked, nextAt: next.toISOString() }
      if (red?.seen === undefined)
        return { state: 'wait', until: next, on: 'the next look', memory: remembered }
      await say(`${red.words}: ${red.seen.words}. It was so at two looks in a row: what runs goes back.`)
      await goBack(context, deployment, monitorRed(red.words, red.seen.words, 'was deployed'))
      return { state: 'done', memory: remembered }
    },
  }
}

/** Its wave goes back, and the host or whoever changes something here is told to undo it: one transaction. */
async function goBack(
  { db, organisationId, clock }: GateContext,
  deployment: OpenDeployment,
  error: UserErrorFields,
): Promise<void> {
  const { executionId, path, attempt } = deployment
  const at = clock.now().toISOString()
  await db.inOrganisation(organisationId, async (tx) => {
    await recordEvent(
      tx,
      executionId,
      { type: 'target-red', at, path, attempt, error, isAppsFault: true },
      `${path}/${attempt}/red`,
    )
    await stopDeployment(tx, deployment, clock)
  })
}

import { readRunner } from '@slipway/cloud'
import type { HostCommandId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { servicesOf, urlOf } from '@slipway/environments'
import { sendCommand } from '@slipway/hosts'
import { type AppPlan, appPlanSchema } from '@slipway/manifest'
import { checkStream, type StepArtifacts } from '@slipway/protocol'
import { createCloneToken } from '@slipway/sources'
import { executionSchema } from '../../decide/execution.ts'
import { isAsked } from '../../decide/places.ts'
import { lockPipeline } from '../../pipeline-rows.ts'
import type { GateContext } from '../gate.ts'
import type { CommandAsked } from './asked.ts'
import { outputsSoFar } from './outputs.ts'

/** For its turn on the runner, the clone, and runtimes that are not there yet. */
const beforeCommandSeconds = 600

/** Only 0 where `endings` is left out. */
type Sent = Omit<CommandAsked, 'retries' | 'region' | 'artifacts'> & { endings?: number[] }

/**
 * Command and clone token in one transaction. Not where what asks for it is no longer wanted, and undefined then: what
 * ends it holds the same lock and looks for a command to stop, so that none slips through between the two.
 */
export async function sendStep(
  asked: Sent,
  { stepId, artifacts }: { stepId: string; artifacts?: StepArtifacts | undefined },
  context: GateContext,
): Promise<HostCommandId | undefined> {
  const { db, organisationId, executionId, path, app, clock, wake } = context
  const hostId = await readRunner(context)
  if (hostId === undefined) throw new Error('the runner is not there, though its step is done')
  return db.inOrganisation(organisationId, async (tx) => {
    await lockPipeline(tx, app.id)
    const row = await tx.execution.findUniqueOrThrow({ where: { id: executionId }, select: { state: true } })
    if (!isAsked(executionSchema.parse(row.state), path, context.attempt)) return undefined
    const revision = await tx.revision.findUniqueOrThrow({
      where: { id: context.revision.id },
      select: { plan: true },
    })
    const plan = appPlanSchema.parse(revision.plan)
    const deadline = new Date(clock.now().getTime() + (asked.timeoutSeconds + beforeCommandSeconds) * 1000)
    return sendCommand(
      tx,
      {
        organisationId,
        hostId,
        fence: 0n,
        deadline,
        command: {
          kind: 'step',
          spec: {
            executionId,
            stepId,
            stream: checkStream(executionId, path),
            repository: {
              url: context.gitUrl,
              token: await createCloneToken(tx, { organisationId, appId: app.id }, deadline),
              sha: context.revision.sha,
            },
            command: asked.command,
            variables: await variablesOf(tx, plan, context),
            runtimes: plan.runtimes,
            timeoutSeconds: asked.timeoutSeconds,
            ...(asked.endings && { endings: asked.endings }),
            outputs: asked.outputs,
            artifacts,
            generates: asked.generates,
            ...(asked.cache.length > 0 && { cache: { key: app.id, folders: asked.cache } }),
          },
        },
        // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
        then: wake,
      },
      clock,
    )
  })
}

/** Those of the manifest, what earlier steps left, and where it runs. */
async function variablesOf(tx: Tx, plan: AppPlan, context: GateContext): Promise<Record<string, string>> {
  const { executionId, stage, region, environments } = context
  const url = await urlOfFirst(tx, plan, context)
  return {
    ...plan.variables,
    ...(await outputsSoFar(tx, executionId)),
    SLIPWAY_STAGE: stage,
    SLIPWAY_ENVIRONMENT: environments[0]?.name ?? '',
    SLIPWAY_REGION: region,
    ...(url !== undefined && { SLIPWAY_URL: url }),
  }
}

/** Where the first service of the manifest that has an address answers; undefined before its first deployment. */
async function urlOfFirst(
  tx: Tx,
  plan: AppPlan,
  { environments, appsUrl }: GateContext,
): Promise<string | undefined> {
  const [environment] = environments
  if (environment === undefined || appsUrl === undefined) return undefined
  const services = await servicesOf(tx, environment.id)
  const names = plan.services.flatMap(
    ({ name }) => services.find((service) => service.name === name)?.publicName ?? [],
  )
  return names[0] === undefined ? undefined : urlOf(appsUrl, names[0])
}

import { instanceTypeOf, memoryMegabytesMax, type ServerConfig } from '@slipway/cloud'
import { isId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { setMachine } from '@slipway/environments'
import type { AppPlan, ServicePlan } from '@slipway/manifest'
import type { DeploymentSpecInput } from '@slipway/protocol'
import { builtAt } from './built-at.ts'
import type { OpenDeployment } from './deployment-rows.ts'
import { getRelease } from './release-rows.ts'

/** Long enough to catch what falls over right after it answered once; a longer bake is for a pipeline to ask. */
const bakeSeconds = 3
/** Monitors watch for so long at most, and only where requests come; by then one a second is enough to see faults. */
const watchSeconds = 60

/** What a deployment on a server is about. The machine that was chosen is noted. */
export async function serverConfigOf(tx: Tx, deployment: OpenDeployment): Promise<ServerConfig> {
  const { app, environment, release, services } = deployment
  const instanceType = await chooseInstanceType(tx, deployment)
  await setMachine(tx, environment.id, { instanceType, architecture: release.architecture })
  return {
    environmentId: environment.id,
    app: app.name,
    environment: environment.name,
    instanceType,
    disks: release.plan.services.flatMap((service) => service.disks),
    gatePort: environment.gatePort,
    publicNames: services.flatMap(({ publicName }) => publicName ?? []),
    builtAt: await builtAt(tx, deployment),
    spec: specOf(deployment),
  }
}

/** What was chosen stays for as long as the manifest asks for the same: a table of sizes that changes must not stop a host. */
export async function chooseInstanceType(tx: Tx, { environment, release }: OpenDeployment): Promise<string> {
  const { liveReleaseId, instanceType } = environment
  if (liveReleaseId !== null && instanceType !== null && isId('release', liveReleaseId)) {
    const live = await getRelease(tx, liveReleaseId)
    if (isSame(live.plan.machine, release.plan.machine)) return instanceType
  }
  return instanceTypeOf(release.plan.machine, release.architecture)
}

function isSame(one: AppPlan['machine'], other: AppPlan['machine']): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** How often a good revision may be found worse by a canary: once in a hundred, in all places together. */
const canaryChanceMax = 0.01

/** Everything the host must know to run the release, also with Slipway gone. */
export function specOf(deployment: OpenDeployment): DeploymentSpecInput {
  const { id, environmentId, fence, release, services } = deployment
  const memoryMegabytes = memoryMegabytesMax(release.plan.machine)
  return {
    environmentId,
    deploymentId: id,
    fence: Number(fence),
    release: {
      id: release.id,
      number: release.number,
      key: release.key,
      digest: release.digest,
      sizeBytes: release.sizeBytes,
      architecture: release.architecture,
    },
    services: release.plan.services.map((plan) => {
      const service = services.find((each) => each.name === plan.name)
      if (service === undefined) throw new Error(`the service ${plan.name} has no row`)
      return {
        id: service.id,
        name: plan.name,
        ...(service.publicName !== null && { publicName: service.publicName }),
        kind: plan.kind,
        run: plan.run,
        root: plan.root,
        ...(plan.health && { health: plan.health }),
        ...(plan.cron && { cron: plan.cron }),
        ...hooksOf(plan, deployment),
        singleton: plan.disks.length > 0,
        ...(memoryMegabytes !== undefined && { memoryMegabytes }),
      }
    }),
    variables: release.variables.plain,
    secrets: release.variables.secrets,
    bakeSeconds,
    watchSeconds: deployment.isWatched ? watchSeconds : 0,
    ...canaryOf(deployment),
    ...releaseCommandOf(deployment),
  }
}

/**
 * The one of the boot wherever the release goes; those around the switch not on the way back, which nothing of the app may
 * hinder, nor for a rehearsal of that way.
 */
function hooksOf(
  { hooks }: ServicePlan,
  { isWayBack, rehearsal }: OpenDeployment,
): Pick<DeploymentSpecInput['services'][number], 'hooks'> {
  const { boot, beforeSwitch, afterSwitch } = hooks ?? {}
  const isForward = !isWayBack && rehearsal === null
  const asked = {
    ...(boot && { boot }),
    ...(isForward && beforeSwitch && { beforeSwitch }),
    ...(isForward && afterSwitch && { afterSwitch }),
  }
  return Object.keys(asked).length === 0 ? {} : { hooks: asked }
}

/** Not on the way back, where a database may be ahead of the code by now, nor for a rehearsal of that way. */
function releaseCommandOf({
  release,
  isWayBack,
  rehearsal,
}: OpenDeployment): Pick<DeploymentSpecInput, 'releaseCommand'> {
  const { releaseCommand } = release.plan
  return releaseCommand === null || isWayBack || rehearsal !== null ? {} : { releaseCommand }
}

/**
 * What the host tries the release by before it gets all requests: the wave's one box first, which is for all services
 * that visitors reach, then the steps of the manifest that are more. Nothing for what is not watched, nor for a rehearsal,
 * which both releases have gone through before.
 */
function canaryOf({
  release,
  services,
  oneBox,
  places,
  isWatched,
  rehearsal,
}: OpenDeployment): Pick<DeploymentSpecInput, 'canary'> {
  const tried = release.plan.services.filter(({ canary }) => canary !== null)
  const steps = [
    ...(oneBox ? [oneBox] : []),
    ...(tried[0]?.canary?.steps ?? []).filter(({ percent }) => percent > (oneBox?.percent ?? 0)),
  ]
  if (!isWatched || rehearsal !== null || steps.length === 0) return {}
  const serviceIds = services.flatMap(({ id, name }) =>
    tried.some((each) => each.name === name) ? [id] : [],
  )
  const chanceMax = canaryChanceMax / places
  return { canary: { steps, chanceMax, ...(oneBox === null && { serviceIds }) } }
}

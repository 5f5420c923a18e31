import { isId, type UserErrorFields } from '@slipway/core'
import { environmentHosts, type HostSummary, readCommand } from '@slipway/hosts'
import type { DeploymentSpecInput } from '@slipway/protocol'
import { chooseBatch } from '../../decide/choose-batch.ts'
import type { DeployContext, StepResult } from '../target.ts'
import type { ClusterConfig } from './cluster-config.ts'
import { type Cluster, clusterOf } from './find-cluster.ts'
import { holdGroup, letGroupGo } from './hold-group.ts'
import { readMembers } from './read-members.ts'
import { type Batch, type Roll, readRoll, writeRoll } from './roll-memory.ts'
import { putBack, takeOut, targetHealth } from './target-group.ts'
import { specBefore, tellHost } from './tell-host.ts'

/** While a load balancer is asked. */
const lookMilliseconds = 1000
/** While hosts work: nothing is lost when a wake-up is. */
const lookAtHostsMilliseconds = 15_000
/** A host that has started the release and is not ready for visitors after so long does not become so. */
const joinSecondsMax = 180

type Context = DeployContext<ClusterConfig>
type Scene = {
  context: Context
  cluster: Cluster
  hosts: HostSummary[]
  roll: Roll
  before: DeploymentSpecInput | undefined
}

/**
 * Brings the release to all hosts, a third of them at once at most: each is taken out of the load balancer, switched in place,
 * and put back, and the next follow once it is found ready. Where one fails, those that were done go back in the same way. One
 * look and what follows from it at a time; safe to repeat.
 */
export async function rollOut(context: Context): Promise<StepResult> {
  const { db, organisationId, config } = context
  const cluster = await db.inOrganisation(organisationId, (tx) =>
    clusterOf(tx, context, config.environmentId),
  )
  const { hosts } = await readMembers(context, config.environmentId, cluster)
  const before = await db.inOrganisation(organisationId, (tx) => specBefore(tx, context))
  const roll = readRoll(context.memory)
  if (context.memory.roll === undefined) await holdGroup(context, cluster)
  const scene: Scene = { context, cluster, hosts, roll, before }
  const batch = roll.batch && present(roll.batch, hosts)
  switch (batch?.phase) {
    case 'draining':
      return drained(scene, batch)
    case 'switching':
      return switched(scene, batch)
    case 'joining':
      return joined(scene, batch)
    case undefined:
      return next(scene)
  }
}

/** An instance that ended meanwhile is waited for by nobody. */
function present(batch: Batch, hosts: readonly HostSummary[]): Batch {
  return { ...batch, hostIds: batch.hostIds.filter((id) => hosts.some((host) => host.id === id)) }
}

/** The next hosts, or the end. */
async function next(scene: Scene): Promise<StepResult> {
  const { context, cluster, hosts, before } = scene
  const roll: Roll =
    context.isStopping && scene.roll.red === null
      ? {
          ...scene.roll,
          red: { code: 'command-cancelled', kind: 'failed', what: 'The deployment was cancelled.' },
        }
      : scene.roll
  const serving = await hostsServing(context)
  const isBack = roll.red !== null
  const todo = hosts.filter(({ id }) =>
    isBack ? roll.done.includes(id) : !roll.done.includes(id) && !serving.includes(id),
  )
  if (todo.length === 0 || (isBack && before === undefined)) return finish(scene, roll)
  if (!isBack && !(await context.db.inOrganisation(context.organisationId, (tx) => context.begin(tx))))
    return wait(context, roll, 'its end, which somebody asked for', lookAtHostsMilliseconds)
  const isAlone = !isBack && !roll.isReleased && context.config.spec.releaseCommand !== undefined
  const hostIds = chooseBatch({
    hosts: hosts.map(({ id }) => id),
    todo: todo.map(({ id }) => id),
    isAlone,
    isFirst: before === undefined,
  })
  const isOut = before !== undefined && hostIds.length < hosts.length
  const batch: Batch = {
    hostIds,
    phase: isOut ? 'draining' : 'switching',
    since: context.clock.now().toISOString(),
    isOut,
    isBack,
    commands: {},
    reached: [],
  }
  const names = namesOf(scene, batch)
  if (isOut) await takeOut(context, cluster, names)
  await context.say(
    `${isBack ? 'Back' : 'Next'}: ${names.join(', ')}${isOut ? ', taken out of the load balancer' : ''}`,
  )
  return wait(context, { ...roll, batch }, 'the next host', 0)
}

async function drained(scene: Scene, batch: Batch): Promise<StepResult> {
  const { context, cluster, roll } = scene
  const health = await targetHealth(context, cluster, namesOf(scene, batch))
  if ([...health.values()].some((one) => one !== 'unused'))
    return wait(context, { ...roll, batch }, 'requests under way to be finished', lookMilliseconds)
  return switched({ ...scene, roll: { ...roll, batch } }, { ...batch, phase: 'switching' })
}

/** Tells the hosts of the batch, once each, and waits for their word. */
async function switched(scene: Scene, batch: Batch): Promise<StepResult> {
  const { context, roll, before } = scene
  const { db, organisationId, config, clock } = context
  const spec = batch.isBack && before ? before : specFor(config.spec, roll, batch)
  const commands = { ...batch.commands }
  const untold = batch.hostIds.filter((id) => commands[id] === undefined)
  if (untold.length > 0) {
    const told = await db.inOrganisation(organisationId, async (tx) => {
      if (!batch.isBack && !(await context.begin(tx))) return false
      for (const id of untold) if (isId('host', id)) commands[id] = await tellHost(tx, context, id, spec)
      return true
    })
    // Nothing was told: they are put back as they are, and the end that was asked for is found there.
    const rest = { ...batch, phase: 'joining' as const, since: clock.now().toISOString() }
    if (!told) return joined(scene, rest)
    const isReleased = roll.isReleased || spec.releaseCommand !== undefined
    const on = 'the hosts to begin'
    return wait(context, { ...roll, isReleased, batch: { ...batch, commands } }, on, lookAtHostsMilliseconds)
  }
  const found = await db.inOrganisation(organisationId, (tx) =>
    Promise.all(
      batch.hostIds.map(async (id) => {
        const commandId = commands[id] ?? ''
        return { id, command: isId('hostCommand', commandId) ? await readCommand(tx, commandId) : undefined }
      }),
    ),
  )
  const open = found.find(({ command }) => command && !command.outcome)?.command
  if (open)
    return wait(context, { ...roll, batch }, open.phase ?? 'the hosts to begin', lookAtHostsMilliseconds)
  const reached = found.flatMap(({ id, command }) => (command?.outcome?.ok ? [id] : []))
  const error = found.flatMap(({ command }) =>
    command?.outcome && !command.outcome.ok ? [command.outcome.error] : [],
  )[0]
  if (error) await context.say(`A host did not take the release: ${error.what}`)
  const after = { ...roll, red: roll.red ?? error ?? null }
  return joined(
    { ...scene, roll: after },
    { ...batch, phase: 'joining', since: clock.now().toISOString(), reached },
  )
}

/** The release command runs with one host; one that nobody is sent to has no figures to be watched by. */
function specFor(spec: DeploymentSpecInput, roll: Roll, batch: Batch): DeploymentSpecInput {
  const { releaseCommand, ...others } = spec
  return {
    ...others,
    ...(batch.isOut && { watchSeconds: 0 }),
    ...(releaseCommand !== undefined && !roll.isReleased && { releaseCommand }),
  }
}

/** Until the load balancer finds the hosts of the batch ready, whatever they serve now. */
async function joined(scene: Scene, batch: Batch): Promise<StepResult> {
  const { context, cluster, roll, before } = scene
  const names = namesOf(scene, batch)
  await putBack(context, cluster, names)
  const health = await targetHealth(context, cluster, names)
  const isReady = [...health.values()].every((one) => one === 'healthy')
  const isLate = context.clock.now().getTime() - Date.parse(batch.since) > joinSecondsMax * 1000
  const mayNeverServe = before === undefined && roll.red !== null
  if (!isReady && !isLate && !mayNeverServe)
    return wait(context, { ...roll, batch }, 'the load balancer to find them ready', lookMilliseconds)
  // Where the batch failed, those of it that took the release go back with the others.
  const done = batch.isBack
    ? roll.done.filter((id) => !batch.hostIds.includes(id))
    : [...new Set([...roll.done, ...batch.reached])]
  const red = roll.red ?? (isReady ? null : notReady(names))
  return next({ ...scene, roll: { ...roll, done, red, batch: null } })
}

/** What the group does by itself goes on, but where no release ever served: then each host would be replaced for ever. */
async function finish(scene: Scene, { red }: Roll): Promise<StepResult> {
  if (red === null || scene.before !== undefined) await letGroupGo(scene.context, scene.cluster)
  return red === null ? { state: 'done' } : { state: 'failed', error: red }
}

/** A host that its group started meanwhile has taken the release from the bucket by itself. */
async function hostsServing({ db, organisationId, config, deploymentId }: Context): Promise<string[]> {
  const { environmentId } = config
  const views = await db.inOrganisation(organisationId, (tx) =>
    environmentHosts(tx, { organisationId, environmentId }),
  )
  return views
    .filter(
      ({ services }) =>
        services.length > 0 &&
        services.every((one) => one.deploymentId === deploymentId && one.state === 'healthy'),
    )
    .map(({ id }) => id)
}

function namesOf({ hosts }: Scene, { hostIds }: Batch): string[] {
  return hosts.flatMap(({ id, instanceId }) => (hostIds.includes(id) && instanceId ? [instanceId] : []))
}

function notReady(names: readonly string[]): UserErrorFields {
  return {
    code: 'cluster-host-not-ready',
    kind: 'failed',
    what: `${names.join(', ')} started the release, and the load balancer did not find it ready within ${joinSecondsMax / 60} minutes.`,
    why: 'A host is ready when all services that visitors reach run on it, and its gate can be asked by the load balancer.',
    todo: 'Look at the log of the services on that host, and at the target group in the console of EC2, then deploy again.',
  }
}

function wait({ clock }: Context, roll: Roll, on: string, milliseconds: number): StepResult {
  const until = new Date(clock.now().getTime() + milliseconds)
  return { state: 'wait', until, on, memory: writeRoll(roll), ...(roll.red !== null && { red: roll.red }) }
}

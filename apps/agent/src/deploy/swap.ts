import { describeError, UserError } from '@slipway/core'
import type { DeployedService, DeploymentSpec, DeployOutput } from '@slipway/protocol'
import type { ProcessRecord } from '../apps/process-record.ts'
import { hasHook } from '../jobs/hooks.ts'
import type { DeployContext } from './deploy-context.ts'
import { standingServices } from './standing-services.ts'
import type { Timed } from './timed.ts'

/** How long requests that are with the old process may take before it is told to end all the same. */
const drainMilliseconds = 30_000

/** What a visitor of a host without an earlier release reads. */
export const neverCameUp =
  'Its first version did not come up. Its owner finds the reason on the page of the deployment.'

export type Swapped = {
  records: ProcessRecord[]
  services: DeployOutput['services']
  heldMilliseconds: number
}

/**
 * The new release takes the place of the old one: beside it where two may run, else while requests wait at the gate. What
 * does not come up is ended again, and the old one serves as before.
 */
export async function swap(
  request: {
    batch: string
    spec: DeploymentSpec
    previous: DeploymentSpec | undefined
    values: Record<string, string>
  },
  context: DeployContext,
  timed: Timed,
  signal: AbortSignal,
): Promise<Swapped> {
  const { batch, spec } = request
  const { processes, routes } = context
  const isOurs = (record: ProcessRecord) => record.batch === batch
  const old = processes.all().filter((record) => !isOurs(record))
  const boots = new Map<string, number>()
  const standing = standingServices(spec)
  const alone = standing.filter((service) => service.singleton)
  const beside = standing.filter((service) => !service.singleton)
  const start = (service: DeployedService) => startOrTakeOver(service, request, context)
  const bring = async (service: DeployedService) => {
    const record = await start(service)
    boots.set(service.name, await processes.waitUntilHealthy(record, signal))
    return record
  }
  const undo = async () => {
    const ours = processes.all().filter(isOurs)
    // After a canary they serve a part of the visitors until the switch.
    await routes.endTryOut()
    await drained(ours, context)
    for (const record of ours) await processes.stop(record)
  }

  const records = await timed(
    'start',
    () => allOf(beside.map(bring)),
    async (error) => {
      await undo()
      if (!request.previous) await bringBack(request, [], error, context)
    },
  )

  // The old ones that must end before a new one may start, whatever they were called.
  const inTheWay = old.filter(
    (record) =>
      alone.length > 0 &&
      (record.service.singleton || alone.some(({ name }) => name === record.service.name)),
  )
  let heldMilliseconds = 0
  if (alone.length > 0) {
    const heldAt = performance.now()
    const restore = async (error: unknown) => {
      await undo()
      await bringBack(request, inTheWay, error, context)
    }
    await timed(
      'hold',
      () => routes.hold(portsOf(inTheWay), holdSecondsOf(alone) + hookSecondsOf(spec)),
      restore,
    )
    await timed('drain', () => drained(inTheWay, context), restore)
    await timed('stop', () => allOf(inTheWay.map((record) => processes.stop(record))), restore)
    records.push(...(await timed('start-alone', () => allOf(alone.map(bring)), restore)))
    heldMilliseconds = inTheWay.length > 0 ? Math.round(performance.now() - heldAt) : 0
  }

  if (hasHook(spec, 'beforeSwitch'))
    await timed(
      'before-switch',
      () => context.hooks.run('beforeSwitch', request, portsByService(records), signal),
      async (error) => {
        await undo()
        if (alone.length > 0 || !request.previous) await bringBack(request, inTheWay, error, context)
      },
    )

  await timed('switch', async () => {
    // Requests may be waiting for this; the rest is only for an agent that comes after us.
    await routes.pointTo(spec, records)
    await context.traffic.cut()
    await processes.setWanted(records, true)
    await processes.setWanted(old, false)
  })
  const left = processes.all().filter((record) => !isOurs(record))
  await timed('retire', async () => {
    await drained(left, context)
    await allOf(left.map((record) => processes.stop(record)))
  })
  const services = records.map((record) => ({
    name: record.service.name,
    port: record.port,
    bootMilliseconds: Math.round(boots.get(record.service.name) ?? 0),
  }))
  return { records, services, heldMilliseconds }
}

export async function startOrTakeOver(
  service: DeployedService,
  { batch, spec, values }: { batch: string; spec: DeploymentSpec; values: Record<string, string> },
  { processes }: DeployContext,
): Promise<ProcessRecord> {
  const ours = processes
    .all()
    .filter((record) => record.batch === batch && record.service.name === service.name)
  const alive = ours.find((record) => processes.isAlive(record))
  for (const record of ours) if (record !== alive) await processes.forget(record)
  return alive ?? (await processes.start(spec, service, { batch, values }))
}

/** Starts the stopped services of the previous release again and lets the held requests through to them. */
async function bringBack(
  { spec, previous }: { spec: DeploymentSpec; previous: DeploymentSpec | undefined },
  stopped: ProcessRecord[],
  cause: unknown,
  context: DeployContext,
): Promise<void> {
  const { processes, routes } = context
  if (!previous) {
    await routes.pointTo(spec, [], { words: neverCameUp })
    return
  }
  sayRestore(context, cause)
  context.say(`It did not come up. Release ${previous.release.number} is started again.`)
  const signal = AbortSignal.timeout(600_000)
  const values = await context.readValues(previous, signal)
  const batch = `${stopped[0]?.batch ?? previous.deploymentId}:back`
  const alive = processes
    .all()
    .filter((record) => processes.isAlive(record) && record.deploymentId === previous.deploymentId)
  const missing = standingServices(previous).filter(
    (service) => !alive.some((record) => record.service.name === service.name),
  )
  const records = await allOf(
    missing.map((service) => startOrTakeOver(service, { batch, spec: previous, values }, context)),
  )
  try {
    await allOf(records.map((record) => processes.waitUntilHealthy(record, signal)))
  } catch (error) {
    // It was not well before either, or the disk changed under it: it is started again like any app that dies.
    context.say(
      `Release ${previous.release.number} did not become healthy again: ${describe(error)} (first: ${describe(cause)})`,
    )
  }
  await processes.setWanted(records, true)
  await routes.pointTo(previous, [...alive, ...records])
}

/** At once, with the reason: who deploys elsewhere need not wait until the last request is answered here. */
export function sayRestore({ progress }: DeployContext, cause: unknown): void {
  progress('restore', undefined, cause instanceof UserError ? cause.fields : undefined)
}

export async function drained(records: ProcessRecord[], { routes, processes }: DeployContext): Promise<void> {
  await Promise.all(
    records.map(async (record) => {
      if (record.port !== null && processes.isAlive(record))
        await routes.drain(record.port, drainMilliseconds)
    }),
  )
}

const portsOf = (records: ProcessRecord[]) => records.flatMap(({ port }) => (port === null ? [] : [port]))

/** As long as the slowest may take to get healthy, the old one to end, and the old one to come back. */
function holdSecondsOf(services: DeployedService[]): number {
  return (
    Math.max(...services.map((service) => service.health.timeoutSeconds + service.stopSeconds)) +
    drainMilliseconds / 1000 +
    30
  )
}

/** Requests are held while these run, where the old process had to end first. */
function hookSecondsOf({ services }: DeploymentSpec): number {
  return services.reduce((sum, { hooks }) => sum + (hooks?.beforeSwitch?.timeoutSeconds ?? 0), 0)
}

export function portsByService(records: readonly ProcessRecord[]): Map<string, number> {
  return new Map(
    records.flatMap(({ service, port }) => (port === null ? [] : [[service.name, port] as const])),
  )
}

/** Like Promise.all, but waits for the others before it throws: nothing goes on behind the back of what follows. */
export async function allOf<T>(promises: Array<Promise<T>>): Promise<T[]> {
  const settled = await Promise.allSettled(promises)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

export function describe(error: unknown): string {
  return error instanceof UserError ? describeError(error.fields) : String(error)
}

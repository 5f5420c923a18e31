import { rm } from 'node:fs/promises'
import { type Clock, describeError, UserError } from '@slipway/core'
import {
  type Canary,
  type DeployedService,
  type DeploymentSpec,
  type DeployOutput,
  deploymentSpec,
} from '@slipway/protocol'
import { z } from 'zod'
import type { ProcessRecord } from '../apps/process-record.ts'
import type { Processes } from '../apps/processes.ts'
import type { Progress } from '../commands/command-runner.ts'
import { type Home, readJson, writeJson } from '../home.ts'
import { type CanaryContext, runCanary, servicesToTry } from './canary.ts'
import type { GateRoutes } from './gate-routes.ts'
import { readUsual, type Usual, type WatchContext, watch } from './watch.ts'

/** A worker has no port to ask: it counts as well when it ran this long. */
const workerSettleSeconds = 2
/** How long requests that are with the old process may take before it is told to end all the same. */
const drainMilliseconds = 30_000

/** What a visitor of a host without an earlier release reads. */
const neverCameUp =
  'Its first version did not come up. Its owner finds the reason on the page of the deployment.'

const journal = z.object({
  batch: z.string(),
  spec: deploymentSpec,
  previous: deploymentSpec.nullable(),
  /** The new release is being tried beside the old one: it is not gone on with, but ended. */
  isCanary: z.boolean().default(false),
})
export type Journal = z.infer<typeof journal>

export type DeployContext = Omit<WatchContext, 'processes'> & {
  home: Home
  processes: Processes
  routes: GateRoutes
  gate: CanaryContext['gate']
  clock: Clock
  /** Brings the release of a spec onto the disk. */
  fetchRelease(spec: DeploymentSpec, signal: AbortSignal): Promise<void>
  /** Variables and secrets of a spec, by name. */
  readValues(spec: DeploymentSpec, signal: AbortSignal): Promise<Record<string, string>>
  /** The spec is healthy and serves: keeps it as the pointer, on disk and in the bucket. */
  keep(spec: DeploymentSpec): Promise<void>
  progress: Progress
  report: CanaryContext['report']
  /** Whether the old processes are started again when they die, as they must be while a canary takes its time. */
  tendOld(isOn: boolean): Promise<void>
}

/**
 * Replaces what runs by another release, in place. Everything is fetched and checked first; then services that
 * may run twice are started beside the old ones, and for those that may not, requests wait at the gate from
 * the old one's end to the new one's first healthy answer. What does not come up healthy, or does not stay so
 * while it bakes, or turns a monitor red, is undone: the old processes serve again and a UserError says why.
 *
 * With a canary the new services that visitors reach first serve a part of them, beside the old ones, and are undone
 * where they are worse.
 *
 * Safe to repeat with the same `batch`, also by another agent that found the journal after a crash: what the
 * batch started already is taken over; `isResumed` says so, and that its canary is over. A canary that was
 * interrupted is not repeated: see `abandonCanary`.
 */
export async function deploy(
  request: Request & { isResumed?: boolean },
  context: DeployContext,
  signal: AbortSignal,
): Promise<DeployOutput> {
  const { batch, spec, previous } = request
  const timed = timer(context)
  await timed('fetch', () => context.fetchRelease(spec, signal))
  const values = await timed('configure', () => context.readValues(spec, signal))
  const tried = request.isResumed ? undefined : canaryOf(request, context)
  const written = { batch, spec, previous: previous ?? null }
  await writeJson(context.home.journal, { ...written, isCanary: tried !== undefined } satisfies Journal)
  try {
    const usual = await readUsual(context)
    if (tried) {
      await tryBeside({ ...request, ...tried, values }, context, timed, signal)
      await writeJson(context.home.journal, { ...written, isCanary: false } satisfies Journal)
    }
    const swapped = await swap({ batch, spec, previous, values }, context, timed, signal)
    await timed(
      'bake',
      () => bake({ spec, previous }, swapped.records, usual, context, signal),
      (error) => goBack(request, error, context),
    )
    await context.keep(spec)
    context.say(`Release ${spec.release.number} serves.`)
    return { phases: timed.phases, services: swapped.services, heldMilliseconds: swapped.heldMilliseconds }
  } finally {
    await rm(context.home.journal, { force: true })
  }
}

type Request = { batch: string; spec: DeploymentSpec; previous: DeploymentSpec | undefined }
type Tried = { previous: DeploymentSpec; canary: Canary; services: DeployedService[] }

/** What is tried beside what; nothing where no canary is asked for, or none can be, which is said. */
function canaryOf({ batch, spec, previous }: Request, context: DeployContext): Tried | undefined {
  const { canary } = spec
  if (!canary) return undefined
  const { processes } = context
  const old = processes.all().filter((record) => record.batch !== batch && processes.isAlive(record))
  const services = servicesToTry({ spec, previous }, old)
  if (previous && services.length > 0) return { previous, canary, services }
  context.say('No canary: nothing serves beside which this release could be tried.')
  return undefined
}

/** The new services serve a part of the visitors and are compared with the old ones; ended again where that fails. */
async function tryBeside(
  request: Request & Tried & { values: Record<string, string> },
  context: DeployContext,
  timed: Timed,
  signal: AbortSignal,
): Promise<void> {
  const { processes } = context
  const undo = (cause: unknown) => endCanary(request, context, cause)
  const records = await timed(
    'start-canary',
    () =>
      allOf(
        request.services.map(async (service) => {
          const record = await startOrTakeOver(service, request, context)
          await processes.waitUntilHealthy(record, signal)
          return record
        }),
      ),
    undo,
  )
  await context.tendOld(true)
  try {
    await timed('canary', () => runCanary({ ...request, records }, context, signal), undo)
  } finally {
    await context.tendOld(false)
  }
}

/** No visitor comes to the new release any more; what is with it is answered, then it ends. */
async function endCanary(
  { batch, previous }: Request,
  context: DeployContext,
  cause?: unknown,
): Promise<void> {
  const { processes, routes } = context
  const ours = processes.all().filter((record) => record.batch === batch)
  sayRestore(context, cause)
  await routes.endTryOut()
  await drained(ours, context)
  await allOf(ours.map((record) => processes.stop(record)))
  if (previous) context.say(`Release ${previous.release.number} serves alone.`)
}

/** The agent died during a canary: the old release serves alone again. Safe to repeat. */
export async function abandonCanary(request: Request, context: DeployContext): Promise<void> {
  context.say('The agent was started anew in the middle of a canary; it is not gone on with.')
  await endCanary(request, context)
  await rm(context.home.journal, { force: true })
}

/** What an agent that died left unfinished. */
export function readJournal(home: Home): Promise<Journal | undefined> {
  return readJson(home.journal, journal)
}

type Swapped = { records: ProcessRecord[]; services: DeployOutput['services']; heldMilliseconds: number }

async function swap(
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
  const alone = spec.services.filter((service) => service.singleton)
  const beside = spec.services.filter((service) => !service.singleton)
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
    await timed('hold', () => routes.hold(portsOf(inTheWay), holdSecondsOf(alone)), restore)
    await timed('drain', () => drained(inTheWay, context), restore)
    await timed('stop', () => allOf(inTheWay.map((record) => processes.stop(record))), restore)
    records.push(...(await timed('start-alone', () => allOf(alone.map(bring)), restore)))
    heldMilliseconds = inTheWay.length > 0 ? Math.round(performance.now() - heldAt) : 0
  }

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

async function startOrTakeOver(
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
  const missing = previous.services.filter(
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
function sayRestore({ progress }: DeployContext, cause: unknown): void {
  progress('restore', undefined, cause instanceof UserError ? cause.fields : undefined)
}

/** The new release turned bad while it baked: the one before is put back in the same way. */
async function goBack(
  { batch, spec, previous }: { batch: string; spec: DeploymentSpec; previous: DeploymentSpec | undefined },
  cause: unknown,
  context: DeployContext,
): Promise<void> {
  const { processes } = context
  if (!previous) {
    const records = processes.all().filter((record) => record.batch === batch)
    await allOf(records.map((record) => processes.stop(record)))
    await context.routes.pointTo(spec, [], { words: neverCameUp })
    return
  }
  sayRestore(context, cause)
  context.say(
    `Release ${spec.release.number} did not stay healthy. Release ${previous.release.number} is started again.`,
  )
  const signal = AbortSignal.timeout(600_000)
  await context.fetchRelease(previous, signal)
  const values = await context.readValues(previous, signal)
  try {
    await swap(
      { batch: `${batch}:back`, spec: previous, previous: spec, values },
      context,
      timer(context),
      signal,
    )
  } catch (error) {
    context.say(
      `Release ${previous.release.number} did not become healthy again: ${describe(error)} (first: ${describe(cause)})`,
    )
  }
}

/**
 * Watches the new processes for as long as the spec says; workers at least until they settled. Then monitors watch
 * what visitors are answered, where there is a release to go back to.
 */
async function bake(
  { spec, previous }: { spec: DeploymentSpec; previous: DeploymentSpec | undefined },
  records: ProcessRecord[],
  usual: Usual,
  context: DeployContext,
  signal: AbortSignal,
): Promise<void> {
  const { processes } = context
  const hasWorker = records.some((record) => record.port === null)
  const until = performance.now() + Math.max(spec.bakeSeconds, hasWorker ? workerSettleSeconds : 0) * 1000
  for (;;) {
    await Promise.all(records.map((record) => processes.waitUntilHealthy(record, signal)))
    if (performance.now() >= until) break
    await new Promise((resolve) => setTimeout(resolve, Math.min(250, until - performance.now())))
  }
  const isAnotherRelease = previous && previous.deploymentId !== spec.deploymentId
  if (isAnotherRelease && spec.watchSeconds > 0) await watch(spec, records, usual, context, signal)
}

async function drained(records: ProcessRecord[], { routes, processes }: DeployContext): Promise<void> {
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

type Timed = {
  <T>(phase: string, run: () => Promise<T>, onError?: (error: unknown) => Promise<void>): Promise<T>
  phases: DeployOutput['phases']
}

/** Runs a phase, says so, keeps how long it took; when it fails, `onError` puts things right before it is thrown on. */
function timer({ progress }: DeployContext): Timed {
  const phases: DeployOutput['phases'] = []
  const timed = async <T>(
    phase: string,
    run: () => Promise<T>,
    onError?: (error: unknown) => Promise<void>,
  ): Promise<T> => {
    const startedAt = performance.now()
    progress(phase)
    try {
      const value = await run()
      phases.push({ phase, milliseconds: Math.round(performance.now() - startedAt) })
      return value
    } catch (error) {
      await onError?.(error)
      throw error
    }
  }
  return Object.assign(timed, { phases })
}

/** Like Promise.all, but waits for the others before it throws: nothing goes on behind the back of what follows. */
async function allOf<T>(promises: Array<Promise<T>>): Promise<T[]> {
  const settled = await Promise.allSettled(promises)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

function describe(error: unknown): string {
  return error instanceof UserError ? describeError(error.fields) : String(error)
}

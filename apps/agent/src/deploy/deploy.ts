import { rm } from 'node:fs/promises'
import {
  type Canary,
  type DeployedService,
  type DeploymentSpec,
  type DeployOutput,
  deploymentSpec,
} from '@slipway/protocol'
import { z } from 'zod'
import type { ProcessRecord } from '../apps/process-record.ts'
import { type Home, readJson, writeJson } from '../home.ts'
import { hasHook, withoutSwitchHooks } from '../jobs/hooks.ts'
import { runCanary, servicesToTry } from './canary.ts'
import type { DeployContext } from './deploy-context.ts'
import {
  allOf,
  describe,
  drained,
  neverCameUp,
  portsByService,
  sayRestore,
  startOrTakeOver,
  swap,
} from './swap.ts'
import { type Timed, timer } from './timed.ts'
import { readUsual, type Usual, watch } from './watch.ts'

/** A worker has no port to ask: it counts as well when it ran this long. */
const workerSettleSeconds = 2

const journal = z.object({
  batch: z.string(),
  spec: deploymentSpec,
  previous: deploymentSpec.nullable(),
  /**
   * How far it came. `release`: its command, or a hook of the boot, may be running. `canary`: the new release is being tried beside the old one,
   * and is not gone on with, but ended. `swap`: it takes over.
   */
  phase: z.enum(['release', 'canary', 'swap']),
})
export type Journal = z.infer<typeof journal>

/**
 * Replaces what runs by another release, in place. Everything is fetched and checked first; then services that
 * may run twice are started beside the old ones, and for those that may not, requests wait at the gate from
 * the old one's end to the new one's first healthy answer. What does not come up healthy, or does not stay so
 * while it bakes, or turns a monitor red, is undone: the old processes serve again and a UserError says why.
 *
 * A host that is new to the release runs its boot hooks, as root. A release command runs first, beside the old processes; where it fails nothing was touched.
 *
 * With a canary the new services that visitors reach first serve a part of them, beside the old ones, and are undone
 * where they are worse.
 *
 * Safe to repeat with the same `batch`, also by another agent that found the journal after a crash and goes on `from`
 * the phase that it names: what the batch started already is taken over. A canary that was interrupted is not repeated:
 * see `abandonCanary`.
 */
export async function deploy(
  request: Request & { from?: 'release' | 'swap' },
  context: DeployContext,
  signal: AbortSignal,
): Promise<DeployOutput> {
  const { batch, spec, previous } = request
  const timed = timer(context)
  await timed('fetch', () => context.fetchRelease(spec, signal))
  const values = await timed('configure', () => context.readValues(spec, signal))
  const note = (phase: Journal['phase']) =>
    writeJson(context.home.journal, { batch, spec, previous: previous ?? null, phase } satisfies Journal)
  const isSwapping = request.from === 'swap'
  try {
    const isBootDue = !isSwapping && (await context.hooks.isBootDue(spec))
    if ((spec.releaseCommand || isBootDue) && !isSwapping) await note('release')
    if (isBootDue) await timed('boot', () => context.hooks.boot({ batch, spec, values }, signal))
    if (spec.releaseCommand && !isSwapping) {
      await timed('release', () => context.release.run({ batch, spec, values }, signal))
    }
    const tried = isSwapping ? undefined : canaryOf(request, context)
    await note(tried ? 'canary' : 'swap')
    await context.release.forget(batch)
    const usual = await readUsual(context)
    if (tried) {
      await tryBeside({ ...request, ...tried, values }, context, timed, signal)
      await note('swap')
    }
    const swapped = await swap({ batch, spec, previous, values }, context, timed, signal)
    await timed(
      'bake',
      () => bake({ spec, previous }, swapped.records, usual, context, signal),
      (error) => goBack(request, error, context),
    )
    await context.keep(spec)
    context.say(`Release ${spec.release.number} serves.`)
    if (hasHook(spec, 'afterSwitch'))
      await timed('after-switch', () =>
        tellAfterSwitch({ batch, spec, values }, swapped.records, context, signal),
      )
    return { phases: timed.phases, services: swapped.services, heldMilliseconds: swapped.heldMilliseconds }
  } finally {
    await context.hooks.forget(batch)
    await rm(context.home.journal, { force: true })
  }
}

/** The release serves and is kept: what does not go well now is said, and nothing is undone for it. */
async function tellAfterSwitch(
  of: { batch: string; spec: DeploymentSpec; values: Record<string, string> },
  records: readonly ProcessRecord[],
  context: DeployContext,
  signal: AbortSignal,
): Promise<void> {
  try {
    await context.hooks.run('afterSwitch', of, portsByService(records), signal)
  } catch (error) {
    context.say(`${describe(error)} The release serves all the same.`)
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
      { batch: `${batch}:back`, spec: withoutSwitchHooks(previous), previous: spec, values },
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

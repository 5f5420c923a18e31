import type { Clock } from '@slipway/core'
import {
  addSlice,
  type CanaryEvidence,
  type CanaryJudgement,
  isSliceOver,
  judgeEvidence,
  noCanaryEvidence,
  sliceSeconds,
} from '@slipway/pipeline/monitors'
import type { Canary, DeploymentSpec, MinuteOfCanary } from '@slipway/protocol'
import type { ProcessRecord } from '../apps/process-record.ts'
import type { Processes } from '../apps/processes.ts'
import type { GateControl } from '../gate/gate-control.ts'
import { emptyTally, type Side, tallyKey } from '../gate/route.ts'
import {
  type Counted,
  type CountedMinute,
  countInto,
  minuteToReport,
  noMinute,
  since,
} from './canary-minute.ts'
import { canaryWorse, comparedWords, lackWords } from './canary-words.ts'
import type { GateRoutes } from './gate-routes.ts'

/** A slice is looked at when it is over; a step that is short has as many all the same. */
const looksMin = 15
/** The log is told of it this often, and at once of what is bad. */
const saySeconds = 10
/** Whether the new processes live is seen this often. */
const healthMilliseconds = 1_000
/** Where too little was seen in the time of a step, it may take so many times as long. */
const patienceTimes = 2

export type CanaryContext = {
  processes: Pick<Processes, 'waitUntilHealthy'>
  routes: Pick<GateRoutes, 'tryOut'>
  gate: Pick<GateControl, 'sides'>
  clock: Clock
  say(line: string): void
  /** Tells Slipway of a minute, each time that there is more of it. */
  report(minute: MinuteOfCanary): void
}

/** The services that can be tried beside a process of the release before, each with a name to reach it by. */
export function servicesToTry(
  { spec, previous }: { spec: DeploymentSpec; previous: DeploymentSpec | undefined },
  old: readonly ProcessRecord[],
): DeploymentSpec['services'] {
  const { canary } = spec
  if (!canary || !previous || previous.deploymentId === spec.deploymentId) return []
  // A disk that only one process may open: two releases cannot run at once.
  if ([...spec.services, ...previous.services].some(({ singleton }) => singleton)) return []
  return spec.services.filter(
    ({ id, kind, publicName }) =>
      kind !== 'worker' &&
      publicName !== undefined &&
      (canary.serviceIds === undefined || canary.serviceIds.includes(id)) &&
      old.some((record) => record.service.id === id && record.port !== null),
  )
}

type Trial = {
  record: ProcessRecord
  evidence: CanaryEvidence
  /** What the gate had counted when the present slice began; nothing where it could not be asked then. */
  from: Counted | undefined
  /** A slice was closed since it was last told of. */
  hasNews: boolean
  minute: CountedMinute
}

/**
 * Gives the new processes a growing share of the requests, step by step, and compares them with the old ones in the
 * same slices of time. Resolves after the last step, with its share still in force. Throws the UserError of what is
 * worse, or of a new process that is no longer healthy; the caller then ends it at the gate. Where too little comes to
 * say that it is as good, a step takes up to twice its time and the next follows if nothing is worse.
 */
export async function runCanary(
  of: { spec: DeploymentSpec; previous: DeploymentSpec; canary: Canary; records: readonly ProcessRecord[] },
  context: CanaryContext,
  signal: AbortSignal,
): Promise<void> {
  let trials = of.records.map(
    (record): Trial => ({
      record,
      evidence: noCanaryEvidence,
      from: undefined,
      hasNews: false,
      minute: noMinute(record.service.id),
    }),
  )
  for (const step of of.canary.steps) {
    await context.routes.tryOut(of.records, step.percent)
    // The share has changed: what comes now is not compared in one slice with what came before.
    const counted = await countedBy(context)
    trials = trials.map((trial) => {
      const from = counted?.(trial)
      return { ...trial, from, minute: from ? countInto(trial.minute, from) : trial.minute }
    })
    trials = await runStep(of, step, trials, context, signal)
  }
}

async function runStep(
  of: { spec: DeploymentSpec; previous: DeploymentSpec; canary: Canary; records: readonly ProcessRecord[] },
  step: Canary['steps'][number],
  before: Trial[],
  context: CanaryContext,
  signal: AbortSignal,
): Promise<Trial[]> {
  const { processes, clock, say } = context
  // The services are judged apart.
  const chanceMax = of.canary.chanceMax / before.length
  const releases = { new: of.spec.release.number, old: of.previous.release.number }
  const startedAt = performance.now()
  const lookSeconds = Math.min(sliceSeconds, step.seconds / looksMin)
  let nextLook = lookSeconds
  let nextWords = 0
  let trials = before
  for (;;) {
    await Promise.all(of.records.map((record) => processes.waitUntilHealthy(record, signal)))
    const seconds = (performance.now() - startedAt) / 1000
    if (seconds >= nextLook) {
      nextLook = Math.max(nextLook, seconds - lookSeconds) + lookSeconds
      trials = await looked(trials, context)
      const judged = trials.map((trial) => ({ trial, judgement: judge(trial, chanceMax, clock) }))
      const bad = judged.flatMap(({ trial, judgement }) =>
        judgement.is === 'bad' ? [canaryWorse(trial.record.service.name, releases, judgement)] : [],
      )
      const lacking = judged.flatMap(({ judgement }) => (judgement.is === 'inconclusive' ? [judgement] : []))
      const isOver = seconds >= (lacking.length === 0 ? 1 : patienceTimes) * step.seconds
      reportAll(judged, { ...of, percent: step.percent }, context)
      if (bad.length > 0 || isOver || seconds >= nextWords) {
        nextWords = seconds + saySeconds
        trials = sayNews(judged, { ...of, percent: step.percent }, context)
      }
      if (bad[0]) throw bad[0]
      if (isOver) {
        for (const { lacks } of lacking) say(lackWords(step.percent, releases, lacks))
        return trials
      }
    }
    const untilLook = 1000 * nextLook - (performance.now() - startedAt)
    await new Promise((resolve) => setTimeout(resolve, Math.min(healthMilliseconds, untilLook)))
  }
}

type Judged = ReadonlyArray<{ trial: Trial; judgement: CanaryJudgement }>

/** At each look, so that of a minute that ends the last word holds all that came in it. */
function reportAll(
  judged: Judged,
  { spec: { deploymentId }, percent }: { spec: DeploymentSpec; percent: number },
  { report }: CanaryContext,
): void {
  for (const { trial, judgement } of judged) {
    const minute = minuteToReport(trial.minute, { deploymentId, percent, judgement })
    if (minute) report(minute)
  }
}

function sayNews(
  judged: Judged,
  { spec: { release }, percent }: { spec: DeploymentSpec; percent: number },
  { say }: CanaryContext,
): Trial[] {
  return judged.map(({ trial, judgement }) => {
    const name = judged.length > 1 ? trial.record.service.name : undefined
    if (trial.hasNews) say(comparedWords({ name, percent, release: release.number }, judgement))
    return { ...trial, hasNews: false }
  })
}

function judge({ evidence }: Trial, chanceMax: number, clock: Clock): CanaryJudgement {
  return judgeEvidence(evidence, { now: clock.now(), chanceMax })
}

/** Closes the slices that have enough. */
async function looked(trials: Trial[], context: CanaryContext): Promise<Trial[]> {
  const counted = await countedBy(context)
  return trials.map((before): Trial => {
    const { from } = before
    const now = counted?.(before)
    if (now === undefined || from === undefined) return { ...before, from: from ?? now }
    const trial = { ...before, minute: countInto(before.minute, now) }
    const answered = { old: since(now.old, from.old), new: since(now.new, from.new) }
    // The gate was started anew and counts from nothing.
    if (answered.old.requests < 0 || answered.new.requests < 0) return { ...trial, from: now }
    const slice = { at: from.at, ...answered }
    if (!isSliceOver(slice, now.at)) return trial
    return { ...trial, evidence: addSlice(trial.evidence, slice), from: now, hasNews: true }
  })
}

/** What the gate has counted until now, of each service; nothing while it starts anew. */
async function countedBy({
  gate,
  clock,
}: CanaryContext): Promise<((trial: Pick<Trial, 'record'>) => Counted) | undefined> {
  const tallies = await gate.sides().catch(() => undefined)
  if (tallies === undefined) return undefined
  const at = clock.now()
  const known = new Map(tallies.map((tally) => [tallyKey(tally.serviceId, tally.side), tally]))
  const of = (serviceId: string, side: Side) => known.get(tallyKey(serviceId, side)) ?? emptyTally(serviceId)
  return ({ record }) => ({ at, old: of(record.service.id, 'old'), new: of(record.service.id, 'new') })
}

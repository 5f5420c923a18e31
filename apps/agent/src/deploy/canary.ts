import type { Clock } from '@slipway/core'
import {
  addMinute,
  type CanaryEvidence,
  type CanaryJudgement,
  judgeEvidence,
  noCanaryEvidence,
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

/** Between two looks at what was answered; of a step that is short, a quarter of it. */
const lookSecondsMax = 10
/** Whether the new processes live is seen this often. */
const healthMilliseconds = 1_000
/** A slice of time with so many requests of both is compared at once; with fewer it goes on for a minute. */
const sliceRequestsMin = 20
const sliceSecondsMax = 60
/** Where too little was seen in the time of a step, it may take so many times as long. */
const patienceTimes = 2
/** How often a good release may be found worse: divided among the services, which are judged apart. */
const chanceMax = 0.01

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
  of: { spec: DeploymentSpec; previous: DeploymentSpec; records: readonly ProcessRecord[] },
  step: Canary['steps'][number],
  before: Trial[],
  context: CanaryContext,
  signal: AbortSignal,
): Promise<Trial[]> {
  const { processes, clock, say, report } = context
  const { deploymentId } = of.spec
  const releases = { new: of.spec.release.number, old: of.previous.release.number }
  const startedAt = performance.now()
  const lookSeconds = Math.min(lookSecondsMax, step.seconds / 4)
  let nextLook = lookSeconds
  let trials = before
  for (;;) {
    await Promise.all(of.records.map((record) => processes.waitUntilHealthy(record, signal)))
    const seconds = (performance.now() - startedAt) / 1000
    if (seconds >= nextLook) {
      nextLook = seconds + lookSeconds
      trials = await looked(trials, context)
      const judged = trials.map((trial) => ({ trial, judgement: judge(trial, trials.length, clock) }))
      for (const { trial, judgement } of judged) {
        const name = trials.length > 1 ? trial.record.service.name : undefined
        const { percent } = step
        if (trial.hasNews) say(comparedWords({ name, percent, release: releases.new }, judgement))
        const minute = minuteToReport(trial.minute, { deploymentId, percent, judgement })
        if (minute) report(minute)
        if (judgement.is === 'bad') throw canaryWorse(trial.record.service.name, releases, judgement)
      }
      const lacking = judged.flatMap(({ judgement }) => (judgement.is === 'inconclusive' ? [judgement] : []))
      if (seconds >= step.seconds && lacking.length === 0) return trials
      if (seconds >= patienceTimes * step.seconds) {
        for (const { lacks } of lacking) say(lackWords(step.percent, releases, lacks))
        return trials
      }
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(healthMilliseconds, lookSeconds * 1000)))
  }
}

function judge({ evidence }: Trial, services: number, clock: Clock): CanaryJudgement {
  return judgeEvidence(evidence, { now: clock.now(), chanceMax: chanceMax / services })
}

/**
 * Closes the slices that have enough. When one ends hangs on how many requests either side had, and on nothing that
 * became of them, so that the comparison stays as fair as one by the minute.
 */
async function looked(trials: Trial[], context: CanaryContext): Promise<Trial[]> {
  const counted = await countedBy(context)
  return trials.map((before): Trial => {
    const { from } = before
    const now = counted?.(before)
    if (now === undefined || from === undefined) return { ...before, from: from ?? now, hasNews: false }
    const trial = { ...before, minute: countInto(before.minute, now) }
    const answered = { old: since(now.old, from.old), new: since(now.new, from.new) }
    // The gate was started anew and counts from nothing.
    if (answered.old.requests < 0 || answered.new.requests < 0) return { ...trial, from: now, hasNews: false }
    const fewest = Math.min(answered.old.requests, answered.new.requests)
    const isOld = now.at.getTime() - from.at.getTime() >= sliceSecondsMax * 1000
    if (fewest < (isOld ? 1 : sliceRequestsMin)) return { ...trial, hasNews: false }
    const evidence = addMinute(trial.evidence, { at: from.at, ...answered })
    return { ...trial, evidence, from: now, hasNews: true }
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

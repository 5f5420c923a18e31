import type { Execution } from './execution.ts'

/** How far a commit is, in one word and one sentence. */
export type CommitPlace = {
  is: 'received' | 'building' | 'built' | 'deploying' | 'live' | 'was-live' | 'not-deployed'
  /** ISO; since when it is there. */
  since: string | null
  /** Why it is not further; null where it is as far as it goes. */
  why: string | null
}

/** The furthest place of the execution that carries a commit. Undefined: none has begun yet. */
export function placeOf(
  execution: Execution | undefined,
  facts: { isLive: boolean; failed: string | null },
): CommitPlace {
  if (execution === undefined) return { is: 'received', since: null, why: 'It is being taken up.' }
  const { build, end } = execution
  const targets = execution.stages.flatMap((stage) => stage.waves.flatMap((wave) => wave.targets))
  const healthyAt = targets.flatMap(({ progress }) => (progress.is === 'healthy' ? [progress.endedAt] : []))
  if (facts.isLive) return { is: 'live', since: healthyAt.at(-1) ?? end?.at ?? null, why: null }
  if (end?.how === 'succeeded') {
    return { is: 'was-live', since: end.at, why: 'Another release is live now.' }
  }
  if (end !== null) {
    const is = build.is === 'succeeded' ? 'built' : 'not-deployed'
    return { is, since: end.at, why: facts.failed ?? words[end.how] }
  }
  if (build.is === 'running') return { is: 'building', since: build.since, why: 'It is being built.' }
  const lane = execution.stages.find(
    (stage) => stage.lane.is === 'holding' || stage.lane.is === 'waiting',
  )?.lane
  if (lane?.is === 'holding')
    return { is: 'built', since: lane.since, why: 'It waits for somebody to press Deploy.' }
  if (lane?.is === 'waiting')
    return { is: 'built', since: lane.since, why: 'The stage is held by another execution.' }
  const deploying = targets.find(({ progress }) => progress.is === 'deploying' || progress.is === 'stopping')
  const since = deploying && 'since' in deploying.progress ? deploying.progress.since : execution.startedAt
  return { is: 'deploying', since, why: 'It is being deployed.' }
}

const words = {
  succeeded: '',
  failed: 'Its execution failed.',
  cancelled: 'Its execution was cancelled.',
  superseded: 'A newer push took its place.',
} satisfies Record<NonNullable<Execution['end']>['how'], string>

import type { Check, CheckProgress, Execution, Progress, Stage, Target } from './execution.ts'

/** The places of an execution by their paths, and an execution with one of them changed. */

export function pathOf(stage: string, wave: number, target: number): string {
  return `${stage}/${wave}/${target}`
}

export type Sides = 'before' | 'after'

/** The targets of a stage with their paths, in order. */
export function targetsOf(stage: Stage): [path: string, target: Target][] {
  return stage.waves.flatMap((wave, index) =>
    wave.targets.map((target, position): [string, Target] => [pathOf(stage.name, index, position), target]),
  )
}

/** The checks of a list with their paths, in order. `place` is a stage's or a wave's. */
export function checksIn(
  place: string,
  side: Sides,
  checks: readonly Check[],
): [path: string, check: Check][] {
  return checks.map((check, position): [string, Check] => [`${place}/${side}/${position}`, check])
}

/** Where it deploys first, whose runner builds; undefined where it deploys nowhere. */
export function firstTarget({ stages }: Pick<Execution, 'stages'>): Target | undefined {
  return stages.flatMap(targetsOf)[0]?.[1]
}

/** All checks of a stage with their paths, in the order in which they are asked. */
export function checksOf(stage: Stage): [path: string, check: Check][] {
  return [
    ...checksIn(stage.name, 'before', stage.before),
    ...stage.waves.flatMap((wave, index) => [
      ...checksIn(`${stage.name}/${index}`, 'before', wave.before),
      ...checksIn(`${stage.name}/${index}`, 'after', wave.after),
    ]),
    ...checksIn(stage.name, 'after', stage.after),
  ]
}

/**
 * The gates that are asked before a stage is entered: those in front of its first step. While they are closed
 * something newer may still take the place of what waits.
 */
export function doorOf(stage: Stage): [path: string, check: Check][] {
  const firstStep = stage.before.findIndex((check) => check.isStep)
  return checksIn(stage.name, 'before', firstStep < 0 ? stage.before : stage.before.slice(0, firstStep))
}

export function findCheck(
  execution: Pick<Execution, 'stages'>,
  path: string,
): { stage: Stage; check: Check } | undefined {
  for (const stage of execution.stages) {
    for (const [at, check] of checksOf(stage)) if (at === path) return { stage, check }
  }
  return undefined
}

/** Whether this attempt of a check is asked in this moment. */
export function isAsked(execution: Execution, path: string, attempt: number): boolean {
  const progress = findCheck(execution, path)?.check.progress
  return execution.end === null && progress?.is === 'asked' && progress.attempt === attempt
}

/** A target of the stage that is held. */
export function findTarget(execution: Execution, path: string): { target: Target } | undefined {
  for (const stage of execution.stages) {
    if (stage.lane.is !== 'entered') continue
    for (const [at, target] of targetsOf(stage)) if (at === path) return { target }
  }
  return undefined
}

/** What it passed on still holds. */
export function isFresh(progress: Extract<CheckProgress, { is: 'passed' }>, at: string): boolean {
  return progress.freshUntil === null || progress.freshUntil > at
}

/** Nothing in front of the stage is closed, or was opened too long ago. */
export function isDoorOpen(stage: Stage, at: string): boolean {
  return doorOf(stage).every(([, { progress }]) => progress.is === 'passed' && isFresh(progress, at))
}

export function withStage(execution: Execution, index: number, stage: Stage): Execution {
  return {
    ...execution,
    stages: execution.stages.map((each, position) => (position === index ? stage : each)),
  }
}

export function withProgress(execution: Execution, path: string, progress: Progress): Execution {
  return {
    ...execution,
    stages: execution.stages.map((stage) => ({
      ...stage,
      waves: stage.waves.map((wave, index) => ({
        ...wave,
        targets: wave.targets.map((target, position) =>
          pathOf(stage.name, index, position) === path ? { ...target, progress } : target,
        ),
      })),
    })),
  }
}

export function withCheck(execution: Execution, path: string, progress: CheckProgress): Execution {
  const changed = (place: string, side: Sides, checks: readonly Check[]) =>
    checksIn(place, side, checks).map(([at, check]) => (at === path ? { ...check, progress } : check))
  return {
    ...execution,
    stages: execution.stages.map((stage) => {
      if (!path.startsWith(`${stage.name}/`)) return stage
      return {
        ...stage,
        before: changed(stage.name, 'before', stage.before),
        waves: stage.waves.map((wave, index) => ({
          ...wave,
          before: changed(`${stage.name}/${index}`, 'before', wave.before),
          after: changed(`${stage.name}/${index}`, 'after', wave.after),
        })),
        after: changed(stage.name, 'after', stage.after),
      }
    }),
  }
}

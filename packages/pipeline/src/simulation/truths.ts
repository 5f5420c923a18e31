import type { ExecutionId } from '@slipway/core'
import { advance, fold } from '../decide/advance.ts'
import type { ExecutionEvent } from '../decide/event.ts'
import type { Execution, Stage } from '../decide/execution.ts'
import type { Moved, Pipeline } from '../decide/move.ts'
import { checksOf, doorOf, targetsOf } from '../decide/places.ts'

/**
 * The truths that must hold at every moment, as far as executions alone show them. Each answers in words what is
 * broken, or undefined. What rows and hosts show besides is in truths-outside.ts; that what a step generates is granted
 * no more than its parent is shown where it is read (manifest's generated.test.ts).
 */
type Broken = string | undefined

/** At most one execution holds a stage. */
export function oneHolderPerStage(executions: Iterable<Execution>): Broken {
  const holders = new Map<string, ExecutionId>()
  for (const { id, stages } of executions) {
    for (const { name, lane } of stages) {
      if (lane.is !== 'entered') continue
      const other = holders.get(name)
      if (other !== undefined) return `${id} and ${other} hold ${name}`
      holders.set(name, id)
    }
  }
  return undefined
}

/** What a step generates joins once, right behind it, whatever it says a second time. */
export function generatedOnce(executions: Iterable<Execution>): Broken {
  for (const { id, stages } of executions) {
    const names = stages.map(({ name }) => name)
    const double = names.find((name, index) => names.indexOf(name) < index)
    if (double !== undefined) return `${id} has ${double} twice`
    for (const [index, { name, generatedBy }] of stages.entries()) {
      const before = stages[index - 1]
      if (generatedBy === null || before?.generatedBy === generatedBy) continue
      if (!generatedBy.startsWith(`${before?.name}/`)) return `${id} has ${name} not behind ${generatedBy}`
    }
  }
  return undefined
}

/** Nothing older enters a stage after something newer. `entries` are the pushes of one stage in the order of entering. */
export function entriesOnlyGrow(entries: readonly { id: ExecutionId; order: number }[]): Broken {
  const at = entries.findIndex(({ order }, index) => order <= (entries[index - 1]?.order ?? 0))
  return at < 0 ? undefined : `${entries[at]?.id} entered after ${entries[at - 1]?.id}`
}

/** The lane is free after every end, and nothing is under way in it. */
export function laneFreeAfterEnd(executions: Iterable<Execution>): Broken {
  for (const { id, end, stages } of executions) {
    if (end === null) continue
    const held = stages.find(
      ({ lane }) => lane.is === 'entered' || lane.is === 'waiting' || lane.is === 'holding',
    )
    if (held !== undefined) return `${id} has ended and is ${held.lane.is} at ${held.name}`
    for (const [path, { progress }] of stages.flatMap(targetsOf))
      if (isMoving(progress.is)) return `${id} has ended and ${path} is ${progress.is}`
  }
  return undefined
}

/** A late or double answer changes nothing of what has ended. */
export function whatEndedStays(before: Pipeline, { pipeline, effects }: Moved): Broken {
  for (const [id, execution] of before.executions) {
    if (execution.end === null) continue
    if (pipeline.executions.get(id) !== execution) return `${id} changed after its end`
    if (effects.some((each) => each.id === id)) return `${id} asked for something after its end`
  }
  return undefined
}

/** A rollback that waits waits for the holder of the stage, and for nothing else. */
export function rollbackUnblocked(executions: Iterable<Execution>): Broken {
  const all = [...executions].filter(({ end }) => end === null)
  for (const { id, kind, stages } of all) {
    if (kind !== 'rollback') continue
    for (const { name, lane } of stages) {
      if (lane.is === 'holding') return `${id} waits for a person`
      const isBusy = all.some((each) =>
        each.stages.some((one) => one.name === name && one.lane.is === 'entered'),
      )
      if (lane.is === 'waiting' && !isBusy) return `${id} waits before ${name}, which is free`
    }
  }
  return undefined
}

/** What is deployed has every check before it behind it, on what held when its wave began. */
export function noGateUnopened({ pipeline, effects }: Moved): Broken {
  for (const { id, effect } of effects) {
    if (effect.type !== 'deploy') continue
    const stages = pipeline.executions.get(id)?.stages ?? []
    const stage = stages.find(({ name }) => effect.path.startsWith(`${name}/`))
    if (stage === undefined) return `${id} deploys ${effect.path}, which it does not have`
    const broken = notOpened(stage, effect.path)
    if (broken !== undefined) return `${id} deploys ${effect.path} ${broken}`
    const skipped = stages.slice(0, stages.indexOf(stage)).find(({ lane }) => lane.is !== 'left')
    if (skipped !== undefined) return `${id} deploys ${effect.path} before it has left ${skipped.name}`
  }
  return undefined
}

function notOpened(stage: Stage, path: string): Broken {
  const number = Number(path.slice(stage.name.length + 1).split('/')[0])
  const wave = stage.waves[number]
  const since = beganAt(stage, number)
  for (const { words, progress } of [...stage.before, ...(wave?.before ?? [])]) {
    if (progress.is !== 'passed') return `past “${words}”, which is ${progress.is}`
    const { freshUntil } = progress
    if (since !== undefined && freshUntil !== null && freshUntil <= since)
      return `on “${words}”, which held until ${freshUntil}`
  }
  for (const { words, progress } of stage.waves.slice(0, number).flatMap(({ after }) => after))
    if (progress.is !== 'passed') return `before “${words}” has passed`
  return undefined
}

/** When a wave began, where that is in this moment: nothing of it has come any further. */
function beganAt(stage: Stage, wave: number): string | undefined {
  const since = new Set<string>()
  for (const { progress } of stage.waves[wave]?.targets ?? []) {
    if (progress.is === 'deploying') since.add(progress.since)
    else if (progress.is !== 'ahead') return undefined
  }
  return since.size === 1 ? [...since][0] : undefined
}

/** A stage is entered through its door: everything in front of its first step has passed. */
export function enteredThroughDoor({ pipeline, decided }: Moved): Broken {
  for (const { id, event } of decided) {
    if (event.type !== 'entered') continue
    const stage = pipeline.executions.get(id)?.stages.find(({ name }) => name === event.stage)
    const shut = stage && doorOf(stage).find(([, { progress }]) => progress.is === 'ahead')
    if (shut !== undefined) return `${id} entered ${event.stage} past ${shut[0]}`
  }
  return undefined
}

/** After red, and after a cancel, nothing new begins. A rollback goes on where one of its targets failed. */
export function nothingStartsAfterRed(before: Pipeline, { effects }: Moved): Broken {
  for (const { id, effect } of effects) {
    const execution = before.executions.get(id)
    if (effect.type !== 'deploy' || execution === undefined) continue
    if (execution.cancelledAt !== null) return `${id} deploys ${effect.path} after it was cancelled`
    if (execution.failing !== null && execution.kind !== 'rollback')
      return `${id} deploys ${effect.path} while it goes back`
  }
  return undefined
}

/** With the word that a target is red its wave stops at once: nothing of it deploys any more, or stays as it came up. */
export function redStopsItsWave(
  before: Pipeline,
  { pipeline }: Moved,
  recorded: readonly { id: ExecutionId; event: ExecutionEvent }[],
): Broken {
  for (const { id, event } of recorded) {
    if (event.type !== 'target-red') continue
    const targets = before.executions.get(id)?.stages.flatMap(targetsOf) ?? []
    const progress = targets.find(([path]) => path === event.path)?.[1].progress
    const after = pipeline.executions.get(id)
    // What came in the same moment may have stopped it before.
    if (progress?.is !== 'deploying' || progress.attempt !== event.attempt || after === undefined) continue
    const wave = event.path.slice(0, event.path.lastIndexOf('/') + 1)
    const goesOn = after.stages.flatMap(targetsOf).find(
      ([
        path,
        {
          progress: { is },
        },
      ]) => path.startsWith(wave) && (is === 'deploying' || is === 'healthy'),
    )
    if (goesOn !== undefined)
      return `${event.path} of ${id} is red, and ${goesOn[0]} is ${goesOn[1].progress.is}`
  }
  return undefined
}

/** Of a wave that was red nothing stays that runs the new release; a rollback was tried everywhere. */
export function redTakesTheWaveBack(executions: Iterable<Execution>): Broken {
  for (const { id, kind, end, failing, stages } of executions) {
    if (end?.how !== 'failed' || failing === null) continue
    for (const { name, waves, after } of stages) {
      const isStageRed = after.some(({ progress }) => progress.is === 'failed')
      for (const [index, wave] of waves.entries()) {
        const states = wave.targets.map(({ progress }) => progress.is)
        const isRed =
          states.includes('failed') ||
          isStageRed ||
          wave.after.some(({ progress }) => progress.is === 'failed')
        const stays =
          kind === 'rollback'
            ? states.includes('failed') && states.includes('never')
            : isRed && states.includes('healthy')
        if (stays) return `${id} has ended and half of wave ${index} of ${name} stayed: ${states}`
      }
    }
  }
  return undefined
}

/** Everything that an execution waits in has a timer that is still to come. */
export function everyWaitHasItsTimer(
  executions: Iterable<Execution>,
  isSet: (id: ExecutionId, timer: { path: string; wait: string }) => boolean,
): Broken {
  for (const execution of executions) {
    if (execution.end !== null) continue
    const waits = waitsOf(execution)
    if (waits.length === 0) return `${execution.id} waits for nothing`
    const bare = waits.find((each) => !isSet(execution.id, each))
    if (bare !== undefined) return `${execution.id} is ${bare.wait} at ${bare.path} without a timer`
  }
  return undefined
}

function waitsOf({ build, stages }: Execution): { path: string; wait: string }[] {
  return [
    ...(build.is === 'running' ? [{ path: 'build', wait: 'building' }] : []),
    ...stages.flatMap((stage) => [
      ...(stage.lane.is === 'holding' || stage.lane.is === 'waiting'
        ? [{ path: stage.name, wait: stage.lane.is }]
        : []),
      ...checksOf(stage).flatMap(([path, { progress }]) =>
        progress.is === 'asked' ? [{ path, wait: 'checking' }] : [],
      ),
      ...targetsOf(stage).flatMap(([path, { progress }]) =>
        isMoving(progress.is) ? [{ path, wait: progress.is }] : [],
      ),
    ]),
  ]
}

/** What the screen shows can be made again from the log: each log is folded on from where it was read last. */
export class FoldedLogs {
  private readonly folded = new Map<ExecutionId, { state: Execution; count: number }>()

  screenFromEvents(state: Execution, events: readonly ExecutionEvent[]): Broken {
    const known = this.folded.get(state.id)
    const again =
      known === undefined
        ? fold(state.id, events)
        : events.slice(known.count).reduce((one, event) => advance(one, event).execution, known.state)
    this.folded.set(state.id, { state: again, count: events.length })
    const isSame = JSON.stringify(again) === JSON.stringify(state)
    return isSame ? undefined : `${state.id} is not what its events say`
  }
}

/** The same answers in another order that could have happened: the same end, place by place. */
export function sameEndInAnyOrder(one: Execution, other: Execution): Broken {
  const [first, second] = [one, other].map(({ end, isBad, stages }) =>
    JSON.stringify([
      end?.how,
      isBad,
      stages.flatMap(targetsOf).map(([path, { progress }]) => [path, progress.is]),
    ]),
  )
  return first === second ? undefined : `${first} and ${second}`
}

function isMoving(is: string): boolean {
  return is === 'deploying' || is === 'stopping' || is === 'restoring'
}

import type { Check, Execution, Stage, Target } from '../decide/execution.ts'
import { checksIn, checksOf, doorOf, pathOf, type Sides, targetsOf } from '../decide/places.ts'
import { waitOf } from '../decide/wait-of.ts'
import type { Answers } from '../gates/approve/answers-for.ts'
import { type CheckShown, checkShown } from './check-shown.ts'
import type { Person } from './people.ts'
import type {
  Carried,
  Entrant,
  EnvironmentHere,
  StageShown,
  TargetProgress,
  TargetShown,
} from './pipeline-shown.ts'
import { type StepRow, stepShown } from './step-shown.ts'

/** What the sheet is made of: an execution's row, its state and its steps. */
export type Loaded = {
  carried: Carried
  state: Execution | undefined
  steps: StepRow[]
  answers: Map<string, Answers>
}

type Sheet = {
  /** The newest push whose manifest was read. */
  readFrom: Loaded | undefined
  /** Newest first: those under way, and those that were last in a stage. */
  executions: readonly Loaded[]
  environments: readonly EnvironmentHere[]
  holds: ReadonlyMap<string, NonNullable<StageShown['hold']>>
  person: (id: string) => Person
}

/** An execution with its way through one stage. */
type Way = Loaded & { state: Execution; stage: Stage }

/**
 * The stages of the newest manifest in their order; then those that it no longer names, while something is under way
 * in them.
 */
export function stagesShown(sheet: Sheet): StageShown[] {
  const named = namesIn(sheet)
  const underWay = sheet.executions.flatMap(({ carried, state }) =>
    carried.endedAt === null && state !== undefined
      ? state.stages.flatMap(({ name, lane }) => (lane.is === 'ahead' || lane.is === 'left' ? [] : [name]))
      : [],
  )
  const removed = [...new Set(underWay)].filter((name) => !named.includes(name))
  return [
    ...named.map((name) => stageShown(name, false, sheet)),
    ...removed.map((name) => stageShown(name, true, sheet)),
  ]
}

/**
 * With what an earlier execution has generated at the same place, where the newest has not yet: it is what comes next,
 * as far as anybody knows.
 */
function namesIn({ readFrom, executions }: Sheet): string[] {
  return (readFrom?.state?.stages ?? []).flatMap((stage) => {
    const open = stage.before.findIndex(({ progress }) => progress.is === 'ahead' || progress.is === 'asked')
    const path = `${stage.name}/before/${open}`
    const before = executions
      .map(({ state }) => state?.stages.filter(({ generatedBy }) => generatedBy === path) ?? [])
      .find((stages) => stages.length > 0)
    return [stage.name, ...(before ?? []).map(({ name }) => name)]
  })
}

function stageShown(name: string, isRemoved: boolean, sheet: Sheet): StageShown {
  const ways = sheet.executions.flatMap(({ state, ...loaded }): Way[] => {
    const stage = state?.stages.find((each) => each.name === name)
    return state === undefined || stage === undefined ? [] : [{ ...loaded, state, stage }]
  })
  const inside = ways.find(({ stage }) => stage.lane.is === 'entered')
  const last = newestLeft(ways)
  const pushInside = ways.find(
    ({ carried, stage: { lane } }) =>
      carried.kind === 'push' && (lane.is === 'entered' || (lane.is === 'left' && inside === undefined)),
  )
  const newest = ways.find(({ carried }) => carried.number === sheet.readFrom?.carried.number)
  // The manifest at the revision that runs: what is inside goes the way that it brought.
  const shape = inside?.carried.kind === 'push' ? inside : (newest ?? inside ?? ways[0])
  const hold = sheet.holds.get(name) ?? null
  const checks = (place: string, side: Sides, list: readonly Check[]) =>
    checksShown(checksIn(place, side, list), pushInside, sheet.person)
  return {
    name,
    isRemoved,
    hold,
    holder: holderShown(inside),
    last:
      inside === undefined && last !== undefined
        ? { ...last.way.carried, leftAt: last.leftAt, hasPassed: hasPassed(last.way.stage) }
        : null,
    waiting: entrantsShown(ways, hold, inside, sheet.person),
    checksOf: pushInside?.carried ?? null,
    before: checks(name, 'before', shape?.stage.before ?? []),
    waves: (shape?.stage.waves ?? []).map((wave, index) => ({
      limit: wave.limit,
      before: checks(`${name}/${index}`, 'before', wave.before),
      targets: wave.targets.map((target) => targetShown(target, inside ?? last?.way, sheet.environments)),
      after: checks(`${name}/${index}`, 'after', wave.after),
    })),
    after: checks(name, 'after', shape?.stage.after ?? []),
  }
}

/** By when they left: a rollback may have begun before a push that was in the stage after it. */
function newestLeft(ways: readonly Way[]): { way: Way; leftAt: string } | undefined {
  return ways
    .flatMap((way) => (way.stage.lane.is === 'left' ? [{ way, leftAt: way.stage.lane.endedAt }] : []))
    .reduce<{ way: Way; leftAt: string } | undefined>(
      (newest, each) => (newest === undefined || each.leftAt > newest.leftAt ? each : newest),
      undefined,
    )
}

/** It may have failed in a stage behind this one. */
function hasPassed(stage: Stage): boolean {
  return (
    targetsOf(stage).every(([, { progress }]) => progress.is === 'healthy') &&
    checksOf(stage).every(([, { progress }]) => progress.is === 'passed')
  )
}

function holderShown(inside: Way | undefined): StageShown['holder'] {
  const lane = inside?.stage.lane
  if (inside === undefined || lane?.is !== 'entered') return null
  return { ...inside.carried, since: lane.since, waits: waitOf(inside.state) }
}

/** The checks of a place, as far as `way` brought each; what it did not have is ahead. */
function checksShown(
  checks: [path: string, check: Check][],
  way: Way | undefined,
  person: (id: string) => Person,
): CheckShown[] {
  return checks.map(([path, check]) => {
    const asked = way && checksOf(way.stage).find(([at]) => at === path)?.[1]
    const isSame = asked !== undefined && asked.kind === check.kind && asked.words === check.words
    const shown = isSame ? asked : { ...check, progress: { is: 'ahead' as const } }
    return checkShown(path, shown, { steps: way?.steps ?? [], answers: way?.answers ?? new Map(), person })
  })
}

/** In the order in which they would go in: out of turn first, then by their coming. */
function entrantsShown(
  ways: readonly Way[],
  hold: StageShown['hold'],
  inside: Way | undefined,
  person: (id: string) => Person,
): Entrant[] {
  const kinds: Carried['kind'][] = ['rollback', 'redeploy', 'configuration', 'push']
  return ways
    .flatMap((way) => entrantShown(way, hold, inside, person))
    .toSorted(
      (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.waits.since.localeCompare(b.waits.since),
    )
}

function entrantShown(
  { carried, state, stage, steps, answers }: Way,
  hold: StageShown['hold'],
  inside: Way | undefined,
  person: (id: string) => Person,
): Entrant[] {
  const { lane, name } = stage
  const waits = waitOf(state)
  if (waits === null || (lane.is !== 'holding' && lane.is !== 'waiting')) return []
  if (lane.is === 'holding') return [{ ...carried, why: 'deploy', waits, check: null }]
  const gate = doorOf(stage).find(([, { progress }]) => progress.is === 'asked')
  if (gate !== undefined) {
    const [path, check] = gate
    return [{ ...carried, why: 'gate', waits, check: checkShown(path, check, { steps, answers, person }) }]
  }
  if (inside === undefined && hold !== null && carried.kind !== 'rollback') {
    const held = { waitsFor: `Somebody to release ${name}, which ${hold.by.name} holds`, mayAct: everyMember }
    return [{ ...carried, why: 'held', waits: { ...waits, ...held }, check: null }]
  }
  return [{ ...carried, why: 'busy', waits, check: null }]
}

const everyMember = 'Every member of the organisation'

function targetShown(
  target: Target,
  way: Way | undefined,
  environments: readonly EnvironmentHere[],
): TargetShown {
  return {
    name: target.name,
    environment: environments.find(({ id }) => id === target.environmentId) ?? null,
    progress: way === undefined ? null : progressShown(target, way),
  }
}

function progressShown({ environmentId }: Target, { carried, stage, steps }: Way): TargetProgress | null {
  for (const [wave, { targets }] of stage.waves.entries()) {
    for (const [position, { environmentId: id, progress }] of targets.entries()) {
      if (id !== environmentId) continue
      const place = pathOf(stage.name, wave, position)
      const path = 'attempt' in progress ? `${place}/${progress.attempt}` : undefined
      const step = steps.find(
        (each) => each.path === path && (each.state === 'running' || each.state === 'waiting'),
      )
      return {
        is: progress.is,
        execution: carried.number,
        since: 'since' in progress ? progress.since : null,
        until: 'until' in progress ? progress.until : null,
        endedAt: 'endedAt' in progress ? progress.endedAt : null,
        error: 'error' in progress ? progress.error : null,
        undone: 'undone' in progress ? progress.undone : null,
        step: step === undefined ? null : stepShown(step),
      }
    }
  }
  return null
}

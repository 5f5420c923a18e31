import type { StateKind } from '../ui/State.tsx'
import type { CommitCellShown, CommitShown, StageShown } from './pipeline-shown.ts'

/** A column of the commits: one environment, or all of a wave where the pipeline has many. */
export type CommitColumn = {
  key: string
  /** Over the name, in small: the stage, and the wave where there are more. */
  over: string
  name: string
  environments: string[]
  /** The first of its stage: where a commit waits that may not go in. */
  door: string | null
}

/** More columns than these do not fit beside a message. */
const columnsMax = 8

/** A column for each target in the order of the pipeline; for each wave, where there are many. */
export function commitColumns(stages: readonly StageShown[]): CommitColumn[] {
  const targets = stages.flatMap(({ name, waves }) =>
    waves.flatMap(({ targets }, wave) =>
      targets.flatMap(({ environment }) =>
        environment === null ? [] : [{ stage: name, wave, isOneOfMany: waves.length > 1, environment }],
      ),
    ),
  )
  const isGrouped = targets.length > columnsMax
  const columns = new Map<string, CommitColumn>()
  for (const { stage, wave, isOneOfMany, environment } of targets) {
    const key = isGrouped ? `${stage}/${wave}` : environment.id
    const known = columns.get(key)
    if (known !== undefined) {
      known.environments.push(environment.id)
      continue
    }
    const isFirst = ![...columns.values()].some(({ door }) => door === stage)
    const place = isOneOfMany ? `wave ${wave + 1}` : ''
    columns.set(key, {
      key,
      over: isGrouped ? stage : [stage === environment.name ? '' : stage, place].filter(Boolean).join(', '),
      name: isGrouped ? place || 'all targets' : shortName(environment.name, stage),
      environments: [environment.id],
      door: isFirst ? stage : null,
    })
  }
  return [...columns.values()]
}

/** `eu-west-1` of `production-eu-west-1`: the stage stands over it. */
function shortName(environment: string, stage: string): string {
  return environment.startsWith(`${stage}-`) ? environment.slice(stage.length + 1) : environment
}

/** What stands in a cell. `count` is of many targets: how many are so. */
export type CellLook = {
  is: CommitCellShown['is'] | 'waits'
  at: string
  with: string | null
  count: string | null
}

/** What most needs to be seen of several targets comes first. */
const firstSeen: CommitCellShown['is'][] = ['going-back', 'back', 'failed', 'moving', 'here', 'was']

/** Null where the commit never came so far. */
export function cellLook(commit: CommitShown, column: CommitColumn): CellLook | null {
  const cells = column.environments.flatMap((id) => commit.cells[id] ?? [])
  const is = firstSeen.find((each) => cells.some((cell) => cell.is === each))
  const same = cells.filter((cell) => cell.is === is)
  const newest = same.toSorted((one, other) => one.at.localeCompare(other.at)).at(-1)
  const waits = commit.waitsBefore
  if (newest === undefined) {
    return waits !== null && waits.stage === column.door
      ? { is: 'waits', at: waits.since, with: null, count: null }
      : null
  }
  const isAll = same.length === column.environments.length
  return { ...newest, count: isAll ? null : `${same.length} of ${column.environments.length}` }
}

/** In words, for whoever does not see the mark. */
export const cellWords: Record<CellLook['is'], string> = {
  here: 'runs here now',
  was: 'was here',
  back: 'rolled back',
  'going-back': 'goes back',
  moving: 'is being deployed',
  failed: 'did not come up',
  waits: 'waits to enter',
}

/** The mark of a cell, where it is a state; the two that are not are drawn as dots. */
export const cellKinds: Record<Exclude<CellLook['is'], 'here' | 'was'>, StateKind> = {
  back: 'going-back',
  'going-back': 'going-back',
  moving: 'running',
  failed: 'bad',
  waits: 'waiting',
}

import type { PlaceOf } from '../problem.ts'
import { cleanFolder, seconds } from '../values.ts'
import { planBake, planCheck, runTimeout } from './check.ts'
import { planMonitor } from './monitor.ts'
import { generatorName, type ManifestStage, topName } from './pipeline.ts'
import type { AskedCheck, Grant, PipelinePlan, PlannedStage, PlannedWave } from './pipeline-plan.ts'

type Path = readonly (string | number)[]
type Checks = NonNullable<ManifestStage['before']>
type ManifestWave = NonNullable<ManifestStage['waves']>[number]

/** `pipeline:` of the manifest in the form of a plan, with the line of what only the database can judge. */
export function planPipeline(stages: readonly ManifestStage[], placeOf: PlaceOf): PipelinePlan {
  const accounts = stages.flatMap(({ generate, account }) => (generate === undefined ? (account ?? []) : []))
  const regions = stages.flatMap(({ generate, region, regions = [], waves = [] }) =>
    generate === undefined ? [region ?? [], regions, waves.flatMap((wave) => wave.regions ?? [])].flat() : [],
  )
  const grant = { accounts: [null, ...new Set(accounts)], regions: [null, ...new Set(regions)] }
  return { stages: planStages(stages, placeOf, { name: topName, grant: { ...grant, gates: [], depth: 1 } }) }
}

/**
 * The same of any list. `grant` is what an entry may generate at most that says nothing more narrow, and `name` what
 * the list belongs to.
 */
export function planStages(
  stages: readonly ManifestStage[],
  placeOf: PlaceOf,
  { name, grant }: { name: string; grant: Grant },
): PlannedStage[] {
  const lineOf = (path: Path): number => placeOf(path)?.line ?? 1
  return stages.map((stage, index) => {
    const path = ['pipeline', index]
    if (stage.generate === undefined) return planStage(stage, path, lineOf)
    return planGenerate(stage.generate, stage, { path, lineOf, name: generatorName(name, index), grant })
  })
}

type LineOf = (path: Path) => number

/** A stage without targets, whose one step is the command. */
function planGenerate(
  command: string,
  { timeout, cache, accounts, regions, gates }: ManifestStage,
  { path, lineOf, name, grant }: { path: Path; lineOf: LineOf; name: string; grant: Grant },
): PlannedStage {
  const line = lineOf(path)
  return {
    name,
    line,
    account: null,
    waves: [],
    before: [
      {
        line,
        kind: 'generate',
        command,
        timeoutSeconds: timeout ?? seconds(runTimeout),
        cache: (cache ?? []).map(cleanFolder),
        grant: {
          accounts: accounts ?? grant.accounts,
          regions: regions ?? grant.regions,
          gates: [...grant.gates, ...planChecks(gates, [...path, 'gates'], lineOf)],
          depth: grant.depth,
        },
      },
    ],
    after: [],
    monitors: [],
  }
}

function planStage(stage: ManifestStage, path: Path, lineOf: LineOf): PlannedStage {
  return {
    name: stage.stage ?? '',
    line: lineOf(stage.account === undefined ? path : [...path, 'account']),
    account: stage.account ?? null,
    waves: stage.waves
      ? stage.waves.map((wave, index) => planWave(wave, [...path, 'waves', index], lineOf))
      : [oneWave(stage, path, lineOf)],
    before: withMonitors(stage, planChecks(stage.before, [...path, 'before'], lineOf), path, lineOf),
    after: planChecks(stage.after, [...path, 'after'], lineOf),
    monitors: (stage.monitors ?? []).map((monitor, index) =>
      planMonitor(monitor, lineOf([...path, 'monitors', index])),
    ),
  }
}

/**
 * The look at its monitors is the last gate in front of the first step: as fresh as it can be, and where something newer
 * may still take the place of what waits, such as the repair.
 */
function withMonitors(
  { monitors = [] }: ManifestStage,
  before: AskedCheck[],
  path: Path,
  lineOf: LineOf,
): AskedCheck[] {
  if (monitors.length === 0) return before
  const firstStep = before.findIndex(({ kind }) => kind === 'run' || kind === 'test')
  const look: AskedCheck = { line: lineOf([...path, 'monitors']), kind: 'monitors' }
  return before.toSpliced(firstStep < 0 ? before.length : firstStep, 0, look)
}

/** A stage without waves is one wave. */
function oneWave({ region, regions }: ManifestStage, path: Path, lineOf: LineOf): PlannedWave {
  const places = region === undefined ? regions : [region]
  const field = region === undefined ? 'regions' : 'region'
  return {
    line: lineOf(places ? [...path, field] : path),
    regions: places ?? null,
    limit: places?.length ?? 1,
    oneBoxPercent: null,
    before: [],
    after: [],
  }
}

function planWave(wave: ManifestWave, path: Path, lineOf: LineOf): PlannedWave {
  const { regions, bake } = wave
  const targets = regions?.length ?? 1
  return {
    line: lineOf(regions ? [...path, 'regions'] : path),
    regions: regions ?? null,
    limit: Math.min(wave.limit ?? targets, targets),
    oneBoxPercent: wave['one-box'] ?? null,
    before: planChecks(wave.before, [...path, 'before'], lineOf),
    after: [
      ...(bake ? [planBake(bake, lineOf([...path, 'bake']))] : []),
      ...planChecks(wave.after, [...path, 'after'], lineOf),
    ],
  }
}

function planChecks(checks: Checks | undefined, path: Path, lineOf: LineOf): AskedCheck[] {
  return (checks ?? []).map((check, index) => {
    const at = [...path, index]
    const hasBy = typeof check.approve === 'object' && check.approve.by !== undefined
    return planCheck(check, lineOf(at), hasBy ? lineOf([...at, 'approve', 'by']) : lineOf(at))
  })
}

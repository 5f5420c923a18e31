import type { PlaceOf } from '../problem.ts'
import { planBake, planCheck } from './check.ts'
import { planMonitor } from './monitor.ts'
import type { ManifestStage } from './pipeline.ts'
import type { PipelinePlan, PlannedCheck, PlannedStage, PlannedWave } from './pipeline-plan.ts'

type Path = readonly (string | number)[]
type Checks = NonNullable<ManifestStage['before']>
type ManifestWave = NonNullable<ManifestStage['waves']>[number]

/** `pipeline:` of the manifest in the form of a plan, with the line of what only the database can judge. */
export function planPipeline(stages: readonly ManifestStage[], placeOf: PlaceOf): PipelinePlan {
  const lineOf = (path: Path): number => placeOf(path)?.line ?? 1
  const planned = stages.map((stage, index) => planStage(stage, ['pipeline', index], lineOf))
  return { stages: planned }
}

type LineOf = (path: Path) => number

function planStage(stage: ManifestStage, path: Path, lineOf: LineOf): PlannedStage {
  return {
    name: stage.stage,
    line: lineOf(stage.account === undefined ? path : [...path, 'account']),
    account: stage.account ?? null,
    waves: stage.waves
      ? stage.waves.map((wave, index) => planWave(wave, [...path, 'waves', index], lineOf))
      : [oneWave(stage, path, lineOf)],
    before: planChecks(stage.before, [...path, 'before'], lineOf),
    after: planChecks(stage.after, [...path, 'after'], lineOf),
    monitors: (stage.monitors ?? []).map((monitor, index) =>
      planMonitor(monitor, lineOf([...path, 'monitors', index])),
    ),
  }
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

function planChecks(checks: Checks | undefined, path: Path, lineOf: LineOf): PlannedCheck[] {
  return (checks ?? []).map((check, index) => {
    const at = [...path, index]
    const hasBy = typeof check.approve === 'object' && check.approve.by !== undefined
    return planCheck(check, lineOf(at), hasBy ? lineOf([...at, 'approve', 'by']) : lineOf(at))
  })
}

import { type ManifestProblem, manifestFile, type PlannedCheck } from '@slipway/manifest'
import type { CheckAsked } from '../decide/execution.ts'
import { approve } from './approve/approve.ts'
import { bake } from './bake/bake.ts'
import type { Gate, InStage } from './gate.ts'
import { generate } from './generate/generate.ts'
import { hook } from './hook/hook.ts'
import { monitors } from './monitors/monitors.ts'
import { rehearse } from './rehearse/rehearse.ts'
import { run, test } from './run/run.ts'
import { window } from './window/window.ts'

/** All kinds of steps and gates: each that a manifest can ask for. */
const gates: Record<PlannedCheck['kind'], Gate> = {
  run,
  test,
  approve,
  bake,
  window,
  hook,
  generate,
  monitors,
  rehearse,
}

/** The kind that a stored check names; undefined where this version knows none of that name. */
export function gateOf(kind: string): Gate | undefined {
  return Object.values(gates).find((gate) => gate.kind === kind)
}

/** What a list of a manifest asks for, in its order. */
export function checksFrom(planned: readonly PlannedCheck[], inStage: InStage): CheckAsked[] {
  return planned.flatMap((each) => gates[each.kind].plan(each, inStage))
}

/** What is wrong with a list of a manifest at the time of its push, each with its line; empty where it can be asked. */
export function checkProblems(
  planned: readonly PlannedCheck[],
  inStage: InStage,
  at: Date,
): ManifestProblem[] {
  return planned.flatMap((each) =>
    gates[each.kind].problems(each, inStage, at).map(({ line, ...problem }) => ({
      ...problem,
      place: { file: manifestFile, line, column: 1 },
    })),
  )
}

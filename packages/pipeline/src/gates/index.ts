import { type ManifestProblem, manifestFile, type PlannedCheck } from '@slipway/manifest'
import type { CheckAsked } from '../decide/execution.ts'
import { approve } from './approve/approve.ts'
import { bake } from './bake/bake.ts'
import type { Gate, InStage } from './gate.ts'
import { generate } from './generate/generate.ts'
import { hook } from './hook/hook.ts'
import { run, test } from './run/run.ts'
import { window } from './window/window.ts'

/** All kinds of steps and gates. */
const gates: readonly Gate[] = [run, test, approve, bake, window, hook, generate]

/** The kind that a stored check names; undefined where this version knows none of that name. */
export function gateOf(kind: string): Gate | undefined {
  return gates.find((gate) => gate.kind === kind)
}

/** What a list of a manifest asks for, in its order. */
export function checksFrom(planned: readonly PlannedCheck[], inStage: InStage): CheckAsked[] {
  return planned.flatMap((each) => gates.flatMap((gate) => gate.plan(each, inStage)))
}

/**
 * What is wrong with a list of a manifest at the time of its push, each with its line; empty where it can be asked.
 * To be seen before `checksFrom`, which leaves out what it does not know.
 */
export function checkProblems(
  planned: readonly PlannedCheck[],
  inStage: InStage,
  at: Date,
): ManifestProblem[] {
  return planned.flatMap((each) => {
    const gate = gateOf(each.kind)
    const problems = gate === undefined ? [notYet(each)] : gate.problems(each, inStage, at)
    return problems.map(({ line, ...problem }) => ({
      ...problem,
      place: { file: manifestFile, line, column: 1 },
    }))
  })
}

function notYet({ kind, line }: PlannedCheck) {
  return {
    code: 'manifest-not-supported-yet',
    line,
    what: `${kind} is not supported yet.`,
    why: 'A gate that was not asked would let everything pass.',
    todo: 'Remove it.',
    value: kind,
  }
}

import type { Check, Execution } from './execution.ts'

/** A gate that a person opened, or passed over, and what it is called. */
export type VoidAnswer = { by: string; words: string; stage: string }

/**
 * What people opened for the stage that an execution has ended before: their word let nothing in, and counts for no
 * other execution.
 */
export function voidAnswers({ stages }: Execution): VoidAnswer[] {
  const next = stages.findIndex(({ lane }) => lane.is === 'never')
  const stage = stages[next]
  if (stage === undefined) return []
  const asked: Check[] = [...(stages[next - 1]?.after ?? []), ...stage.before]
  return asked.flatMap(({ words, progress }) =>
    progress.is === 'passed' && progress.by !== null ? [{ by: progress.by, words, stage: stage.name }] : [],
  )
}

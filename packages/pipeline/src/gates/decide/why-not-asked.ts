import type { Check, End } from '../../decide/execution.ts'

/** A check as somebody finds it who wants to open it, or pass it over. */
export type CheckFacts = {
  /** Number of the execution. */
  number: number
  /** With the number of the execution that took its place. */
  end: { how: End['how']; by: number | null } | null
  check: Pick<Check, 'kind' | 'words' | 'progress'>
}

/** Why it waits for no answer now, in a sentence; undefined when it does. */
export function whyNotAsked(facts: CheckFacts): string | undefined {
  const { progress } = facts.check
  if (facts.end !== null) return hasEnded(facts)
  if (progress.is === 'asked') return undefined
  return progress.is === 'ahead' ? 'It is not its turn yet.' : isSettled(progress.is)
}

/** Why it cannot be passed over now, whoever asks. One that has not been asked can: it is then not asked at all. */
export function whyNotOverride(facts: CheckFacts): string | undefined {
  const { progress } = facts.check
  if (facts.end !== null) return hasEnded(facts)
  if (progress.is === 'ahead' || progress.is === 'asked') return undefined
  return isSettled(progress.is)
}

function hasEnded({ number, end }: CheckFacts): string {
  switch (end?.how) {
    case 'superseded':
      return end.by === null
        ? `Execution ${number} was superseded by a newer push, which took its commits along.`
        : `Execution ${number} was superseded by execution ${end.by}, which took its commits along.`
    case 'cancelled':
      return `Execution ${number} was cancelled.`
    case 'failed':
      return `Execution ${number} has failed.`
    case 'succeeded':
    case undefined:
      return `Execution ${number} is done.`
  }
}

function isSettled(is: 'passed' | 'failed' | 'never'): string {
  switch (is) {
    case 'passed':
      return 'It has passed already.'
    case 'failed':
      return 'It has failed already.'
    case 'never':
      return 'It was never asked.'
  }
}

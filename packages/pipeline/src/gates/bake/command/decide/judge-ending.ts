import { type CommandOutcome, stepOutput } from '@slipway/protocol'
import type { Look } from '../../decide/look.ts'

/** The codes that are answers: what is well, and what is red. */
export const endings = { fine: 0, red: 1 }

/** How a command ended. One that ended in no such way, or not at all, found nothing out. */
export function judgeEnding(outcome: CommandOutcome, at: Date): Look {
  const of = at.toISOString()
  if (!outcome.ok) return { is: 'inconclusive', of, words: outcome.error.what }
  const { code } = stepOutput.parse(outcome.output)
  return { is: code === endings.fine ? 'fine' : 'red', of, words: `it ended with ${code}` }
}

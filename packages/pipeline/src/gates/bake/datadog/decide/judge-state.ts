import { type CommandOutcome, type DatadogOutput, datadogOutput } from '@slipway/protocol'
import type { Look } from '../../decide/look.ts'

type Verdict = Pick<Look, 'is' | 'words' | 'since'>

/** What a host heard of Datadog. Red is an alert alone; whatever is not known is neither red nor fine. */
export function judgeState(
  asked: { monitor: string; site: string },
  outcome: CommandOutcome,
  at: Date,
): Look {
  const verdict: Verdict = outcome.ok
    ? judgeOutput(asked, datadogOutput.parse(outcome.output))
    : { is: 'inconclusive', words: outcome.error.what }
  return { ...verdict, of: at.toISOString() }
}

function judgeOutput({ monitor, site }: { monitor: string; site: string }, output: DatadogOutput): Verdict {
  if (output.is === 'silent') return inconclusive(`${site}: ${output.words}`)
  const { status, state } = output
  switch (status) {
    case 200:
      return { ...judgeWord(state), ...(isTime(output.since) && { since: toIso(output.since) }) }
    case 401:
    case 403:
      return inconclusive(
        `${site} does not take the keys (${status}); the application key needs the scope monitors_read`,
      )
    case 404:
      return inconclusive(`${site} has no monitor ${monitor}`)
    case 429:
      return inconclusive(`${site} answers no further questions for now (429)`)
    default:
      return inconclusive(`${site} answered ${status}`)
  }
}

/** https://docs.datadoghq.com/monitors/status/: a warning is what its owner wants to hear of, not to be woken by. */
function judgeWord(state: string | null): Verdict {
  switch (state) {
    case 'OK':
      return { is: 'fine', words: 'OK' }
    case 'Warn':
      return { is: 'fine', words: 'Warn: beyond its warning threshold, and not beyond the one that alerts' }
    case 'Alert':
      return { is: 'red', words: 'Alert' }
    case null:
      return inconclusive('it was told without a state')
    default:
      return inconclusive(state)
  }
}

function inconclusive(words: string): Verdict {
  return { is: 'inconclusive', words }
}

function isTime(text: string | null): text is string {
  return text !== null && !Number.isNaN(Date.parse(text))
}

function toIso(text: string): string {
  return new Date(text).toISOString()
}

import type { Alarm } from '@slipway/cloud'
import type { Look } from '../../decide/look.ts'

/** What one region said of the alarm; undefined where there is none of its name, an error's words where it could not be read. */
export type Heard = { region: string; alarm: Alarm | undefined; problem?: string }

/** Red anywhere is red; otherwise one place that cannot tell leaves it open. */
export function judgePlaces(heard: readonly Heard[], at: Date): Look {
  const of = at.toISOString()
  const red = heard.find(({ alarm }) => alarm?.state === 'ALARM')
  if (red?.alarm !== undefined) {
    const words = `${red.alarm.reason || 'in alarm'} (${red.region})`
    return { is: 'red', of, words, since: red.alarm.since.toISOString() }
  }
  const open = heard.find(({ alarm }) => alarm?.state !== 'OK')
  if (open !== undefined) return { is: 'inconclusive', of, words: wordsOf(open) }
  return { is: 'fine', of, words: `OK in ${heard.map(({ region }) => region).join(', ')}` }
}

function wordsOf({ region, alarm, problem }: Heard): string {
  if (problem !== undefined) return `it could not be read in ${region}: ${problem}`
  return alarm === undefined ? `there is no such alarm in ${region}` : `it has no data in ${region}`
}

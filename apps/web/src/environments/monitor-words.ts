import type { Answers } from '../api/trpc.ts'
import type { StateKind } from '../ui/State.tsx'
import { healthLook } from './health.ts'

export type MonitorListed = Answers['monitors']['get']['monitors'][number]

const names: Record<MonitorListed['monitor'], string> = {
  health: 'Health',
  faults: 'Faults',
  latency: 'Latency',
  requests: 'Requests stop',
  disk: 'Disk full',
  alarm: 'CloudWatch alarm',
}

export const monitorName = ({ monitor }: MonitorListed) => names[monitor]

const alarmWords: Record<string, string> = {
  OK: 'OK',
  ALARM: 'In alarm',
  INSUFFICIENT_DATA: 'No data yet',
  GONE: 'Deleted in CloudWatch',
}

/** The state of a monitor, icon and word; health and alarm in their own words. */
export function monitorLook({ monitor, state, word }: MonitorListed): { kind: StateKind; word: string } {
  if (monitor === 'health' && word !== null) return healthLook(word)
  const kind = ({ fine: 'good', red: 'bad', inconclusive: 'waiting' } as const)[state]
  if (monitor === 'alarm') return { kind, word: word === null ? 'Not read yet' : (alarmWords[word] ?? word) }
  return { kind, word: { fine: 'Well', red: 'Red', inconclusive: 'Not known' }[state] }
}

const decimals = (value: number, digits: number) =>
  value.toLocaleString('en-US', { maximumFractionDigits: digits })
const percent = (share: number) => `${decimals(share * 100, share < 0.1 ? 2 : 1)} %`
const milliseconds = (value: number) => `${decimals(value, value < 10 ? 1 : 0)} ms`

/** What is seen now, with its unit; null where nothing was, and of what has a state and no figure. */
export function monitorFigure({ monitor, figure }: MonitorListed): string | null {
  if (figure === null) return null
  switch (monitor) {
    case 'faults':
      return `${percent(figure)} fail`
    case 'latency':
      return milliseconds(figure)
    case 'requests':
      return `${decimals(figure, figure < 100 ? 1 : 0)} a minute`
    case 'disk':
      return `${percent(figure)} free`
    case 'health':
    case 'alarm':
      return null
  }
}

/** When it turns red, in words. */
export function monitorLimit({ monitor, limit }: MonitorListed): string {
  switch (monitor) {
    case 'health':
      return 'not healthy'
    case 'faults':
      return limit === null ? 'nothing to compare with' : `${percent(limit)} or more`
    case 'latency':
      return limit === null ? 'too few before to compare' : `${milliseconds(limit)} or more`
    case 'requests':
      return limit === null ? 'come with pauses' : `none for ${decimals(limit, 0)} s`
    case 'disk':
      return limit === null ? '' : `under ${percent(limit)}`
    case 'alarm':
      return 'two failed minutes'
  }
}

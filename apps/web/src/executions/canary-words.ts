import type { StateKind } from '../ui/State.tsx'
import { type CanaryShown, count } from './canary-charts.ts'

type Judgement = CanaryShown['judgement']
type Said = { kind: StateKind; word: string }

/** What the host says of it, in the fewest words. */
export function verdictOf({ judgement, isOver }: Pick<CanaryShown, 'judgement' | 'isOver'>): Said {
  switch (judgement.is) {
    case 'bad':
      return { kind: 'going-back', word: isOver ? 'Worse: went back' : 'Worse: goes back' }
    case 'good':
      return { kind: 'good', word: isOver ? 'No worse' : 'No worse so far' }
    case 'inconclusive':
      return { kind: isOver ? 'none' : 'running', word: isOver ? 'Not known' : 'Not known yet' }
  }
}

/** The same in a sentence, and what it rests on or waits for. */
export function saidOf({ judgement, releases }: Pick<CanaryShown, 'judgement' | 'releases'>): {
  title: string
  detail: string
} {
  const old = releases.old === null ? 'the release before' : `release ${releases.old}`
  switch (judgement.is) {
    case 'bad':
      return {
        title: `Release ${releases.new} ${judgement.worse.map((metric) => worse[metric]).join(' and ')}.`,
        detail: `Both served in the same minutes, and it is more than chance. Requests go to ${old}.`,
      }
    case 'good':
      return {
        title: `Nothing speaks against release ${releases.new}.`,
        detail: `It fails no more often than ${old} and is no slower, as far as was seen.`,
      }
    case 'inconclusive':
      if (judgement.lacks.includes('certainty'))
        return {
          title: `Release ${releases.new} looks worse than ${old}, and it may be chance.`,
          detail: 'It is compared further before it gets more requests.',
        }
      return {
        title: `Too little was seen to call release ${releases.new} as good as ${old}.`,
        detail: `Missing: ${judgement.lacks.map((lack) => missing[lack] ?? lack).join(', ')}.`,
      }
  }
}

const worse: Record<Judgement['worse'][number], string> = {
  errors: 'fails more often',
  latency: 'is slower',
}

const missing: Record<string, string> = {
  'old-requests': 'requests to the old release',
  'new-requests': 'requests to the new release',
  'old-latency': 'waits of the old release after the first minute',
  'new-latency': 'waits of the new release after the first minute',
  'fresh-data': 'requests in the last three minutes',
  slices: 'time in which waits were compared',
  certainty: 'more requests, to know that it is no chance',
}

export type MetricSaid = Said & { counts: string; evidence: string }

/** Of errors and of waits: how they compare, what was counted, and how sure it is. */
export function metricSaid(judgement: Judgement, metric: 'errors' | 'latency'): MetricSaid {
  const { evidence, min } = judgement[metric]
  return {
    ...lookOf(judgement, metric),
    counts: metric === 'errors' ? errorCounts(judgement) : waits(judgement),
    evidence: `${sizeOf(evidence)}; ${count(min)} decides`,
  }
}

function lookOf({ is, worse: found }: Judgement, metric: 'errors' | 'latency'): Said {
  if (found.includes(metric)) return { kind: 'bad', word: 'Worse' }
  return is === 'good' ? { kind: 'good', word: 'No worse' } : { kind: 'none', word: 'Not known to be worse' }
}

function errorCounts({ errors, requests }: Judgement): string {
  return `${count(errors.new)} of ${count(requests.new)} new, ${count(errors.old)} of ${count(requests.old)} old`
}

function waits({ latency: { slowestTwentieth: slowest, middle } }: Judgement): string {
  if (slowest.new === null || slowest.old === null || middle.new === null || middle.old === null)
    return 'counted after the first minute'
  const both = (side: { new: number; old: number }) =>
    `${milliseconds(side.new)} new, ${milliseconds(side.old)} old`
  return `p95 ${both({ new: slowest.new, old: slowest.old })}; p50 ${both({ new: middle.new, old: middle.old })}`
}

const milliseconds = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`

function sizeOf(evidence: number): string {
  if (evidence >= 1e6) return 'over a million'
  return evidence < 10 ? evidence.toFixed(1) : count(evidence)
}

import { UserError } from '@slipway/core'
import type { CanaryJudgement } from '@slipway/pipeline/monitors'

type Judgement<Is extends CanaryJudgement['is']> = Extract<CanaryJudgement, { is: Is }>
type Figures = CanaryJudgement['figures']
/** Their numbers. */
type Releases = { new: number; old: number }

/** How both did until now, as a line of the deployment's log; `name` where several services are tried at once. */
export function comparedWords(
  of: { name: string | undefined; percent: number; release: number },
  { figures }: CanaryJudgement,
): string {
  const { errors } = figures.whole
  const service = of.name === undefined ? '' : `${of.name}: `
  const waits = slowestTwentieth(figures)
  const p95 = waits
    ? `p95 ${milliseconds(waits.new)} (before ${milliseconds(waits.old)})`
    : 'p95 not known yet'
  return `${service}${of.percent} % to release ${of.release}: ${count(figures.requests.new)} requests, errors ${share(errors.newShare)} (before ${share(errors.oldShare)}), ${p95}.`
}

/** Why a step ends without a judgement, in twice its time; what looks worse is not called unknown. */
export function lackWords(
  percent: number,
  releases: Releases,
  lacks: Judgement<'inconclusive'>['lacks'],
): string {
  if (lacks.includes('certainty'))
    return `At ${percent} % release ${releases.new} looked worse than release ${releases.old}, and twice the time was too little to be sure. It goes on, and is watched.`
  const lacking = lacks.map((lack) => missing[lack]).join(', ')
  return `At ${percent} % too little was seen in twice the time to call release ${releases.new} as good as release ${releases.old}: ${lacking}. Nothing speaks against it, so it goes on.`
}

const missing: Record<Judgement<'inconclusive'>['lacks'][number], string> = {
  'old-requests': 'requests to the old one',
  'new-requests': 'requests to the new one',
  'old-latency': 'how long the old one takes once it is warm',
  'new-latency': 'how long the new one takes once it is warm',
  'fresh-data': 'requests in the last three minutes',
  slices: 'time in which waits were compared',
  certainty: 'whether it is worse',
}

export function canaryWorse(
  service: string,
  releases: Releases,
  { worse, figures }: Judgement<'bad'>,
): UserError {
  const { errors } = figures.whole
  const { requests } = figures
  const waits = slowestTwentieth(figures)
  const said = [
    ...(worse.includes('errors')
      ? [
          `${share(errors.newShare)} of ${count(requests.new)} requests failed (before ${share(errors.oldShare)} of ${count(requests.old)})`,
        ]
      : []),
    ...(worse.includes('latency') && waits
      ? [
          `nineteen of twenty requests took up to ${milliseconds(waits.new)} (before ${milliseconds(waits.old)})`,
        ]
      : []),
  ]
  const evidence = Math.max(...worse.map((metric) => figures[metric].evidence))
  const [metric = 'errors'] = worse
  return new UserError({
    code: 'app-canary-worse',
    kind: 'failed',
    what: `${service} is worse under release ${releases.new} than under release ${releases.old}, side by side: ${said.join('; ')}.`,
    why: `Both served in the same minutes. A release that is no worse looks so by chance at most once in ${count(Math.floor(Math.min(evidence, 1e6)))} times; once in ${count(Math.round(figures[metric].min))} is asked for.`,
    todo: 'Compare what both wrote into the log of the service in these minutes, and push a correction.',
  })
}

/** Within how many milliseconds nineteen of twenty were answered. */
function slowestTwentieth({ whole }: Figures): { new: number; old: number } | undefined {
  const found = whole.latency.quantiles.find((one) => one.share === 0.95)
  if (!found || found.newMilliseconds === null || found.oldMilliseconds === null) return undefined
  return { new: found.newMilliseconds, old: found.oldMilliseconds }
}

const count = (value: number) => value.toLocaleString('en-GB')
const share = (value: number | null) => (value === null ? 'not known' : `${(value * 100).toFixed(1)} %`)
const milliseconds = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`

import { z } from 'zod'
import { nearest } from '../nearest.ts'
import { type Refusal, refuse } from '../values.ts'
import { metrics } from './pipeline-plan.ts'

type Metric = (typeof metrics)[number]

/** What is well, in the units of a plan. */
type Rule = { metric: Metric; is: 'below' | 'above'; value: number }

type Unit = '%' | 'ms' | 's' | '/m' | '/s'

const inPlan: Record<Unit, (value: number) => number> = {
  '%': (value) => value / 100,
  ms: (value) => value,
  s: (value) => value * 1000,
  '/m': (value) => value,
  '/s': (value) => value * 60,
}

const unitsOf: Record<Metric, readonly Unit[]> = {
  errors: ['%'],
  p50: ['ms', 's'],
  p95: ['ms', 's'],
  p99: ['ms', 's'],
  requests: ['/m', '/s'],
  cpu: ['%'],
  memory: ['%'],
  disk: ['%'],
}

/** `p99 < 300ms`: a metric, whether it is to stay below or above, and a value with its unit. */
export const rule = z.string().transform((text, context): Rule => {
  const read = readRule(text)
  if (!('reason' in read)) return read
  refuse(context, read)
  return z.NEVER
})

function readRule(text: string): Rule | Refusal {
  const [, word = '', sign, digits, unit] =
    /^([A-Za-z]\w*)\s*([<>])\s*(\d{1,9}(?:\.\d{1,6})?)\s*(%|ms|s|\/m|\/s)?$/.exec(text.trim()) ?? []
  if (sign === undefined || digits === undefined) return { reason: 'is not a rule such as p99 < 300ms' }
  const metric = metrics.find((known) => known === word)
  if (metric === undefined) {
    const near = nearest(word, metrics)
    return {
      reason: near ? `names no metric: ${word}` : `names no metric: known are ${metrics.join(', ')}`,
      nearest: near,
    }
  }
  const known = unitsOf[metric].find((one) => one === unit)
  if (known === undefined) return { reason: `has no unit of ${metric}: ${unitsOf[metric].join(' or ')}` }
  if (known === '%' && Number(digits) > 100) return { reason: 'is more than 100%' }
  const value = inPlan[known](Number(digits))
  if (sign === '<' && value === 0) return { reason: 'would never be well: nothing is below 0' }
  return { metric, is: sign === '<' ? 'below' : 'above', value }
}

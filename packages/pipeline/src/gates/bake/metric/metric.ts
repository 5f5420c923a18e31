import { metrics } from '@slipway/manifest'
import { z } from 'zod'
import { defineMonitor } from '../monitor.ts'
import { judgeMetric, ruleWords } from './decide/judge-metric.ts'

/** A rule over the figures that the environments' hosts measure each minute. */
export const metric = defineMonitor({
  kind: 'metric',
  ask: z.object({ metric: z.enum(metrics), is: z.enum(['below', 'above']), value: z.number() }),
  plan: ({ line: _, kind: __, ...rule }) => ({ words: ruleWords(rule), ask: rule }),
  look: async (rule, { figures, clock }) => ({ look: judgeMetric(rule, await figures(), clock.now()) }),
})

import { z } from 'zod'
import { defineMonitor } from '../monitor.ts'
import { judgeAnswer } from './decide/judge-answer.ts'

/** An address that must answer. It is asked from Slipway, so as the world sees it; never in an inner network. */
export const http = defineMonitor({
  kind: 'http',
  ask: z.object({ url: z.string(), everySeconds: z.int().positive(), expect: z.int().nullable() }),
  plan: ({ line: _, kind: __, ...asked }) => ({
    words: `${asked.url} answers ${asked.expect ?? 'below 400'}`,
    ask: asked,
  }),
  look: async ({ url, everySeconds, expect }, { clock, egress, lookedAt }) => {
    const now = clock.now()
    if (lookedAt !== undefined && now.getTime() - lookedAt.getTime() < everySeconds * 1000) return {}
    return { look: judgeAnswer(expect, await egress.ask(url), now) }
  },
})

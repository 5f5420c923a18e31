import { z } from 'zod'
import { defineGate } from '../gate.ts'
import { longestShutDays, type Window, windowAt } from './decide/window-at.ts'
import { momentWords, windowWords } from './words.ts'

const daySeconds = 86_400
/** It gives up no earlier, so that no window that opens once a week is missed for a busy stage. */
const limitDaysMin = 30

const ask = z.object({
  open: z.array(z.object({ days: z.array(z.int()), from: z.string(), to: z.string() })),
  timeZone: z.string(),
  closed: z.array(z.object({ from: z.string(), to: z.string() })),
})

/** Open at given hours in a time zone, but for closed dates. Shut it waits; that it is shut is no failure. */
export const window = defineGate({
  kind: 'window',
  ask,
  plan: ({ line: _, kind: __, ...asked }) => [
    {
      words: windowWords(asked),
      mayAct: 'Admins and owners, who may pass it over with a reason',
      isStep: false,
      limitSeconds: limitDays(asked) * daySeconds,
      ask: asked,
    },
  ],
  problems: (asked, _, at) =>
    windowAt(asked, at).is === 'never'
      ? [
          {
            code: 'manifest-window-never-opens',
            line: asked.line,
            what: `${windowWords(asked)} does not open within the next 400 days.`,
            why: 'All of its days are among the dates of `closed`, or lie in the hour that the clock skips.',
            todo: 'Take dates out of `closed`, or add hours to `open`.',
          },
        ]
      : [],
  passesAt: (asked, at) => {
    const state = windowAt(asked, at)
    return state.is === 'shut' ? state.opensAt : at
  },
  steps: (asked) => [
    {
      name: 'window',
      title: 'Wait until it is open',
      // A day more than what the engine waits, which says why in its own words.
      limitSeconds: (limitDays(asked) + 1) * daySeconds,
      late: () => ({
        code: 'pipeline-window-too-long',
        kind: 'failed',
        what: `${windowWords(asked)} did not open in ${limitDays(asked)} days.`,
        todo: 'Look at its hours and closed dates in slipway.yaml, then push again.',
      }),
      run: async ({ clock }) => {
        const now = clock.now()
        const state = windowAt(asked, now)
        switch (state.is) {
          case 'open':
            return { state: 'done', memory: { freshUntil: state.until.toISOString() } }
          case 'shut':
            return {
              state: 'wait',
              until: state.opensAt,
              on: `opens ${momentWords(state.opensAt, asked.timeZone)}`,
            }
          case 'never':
            return {
              state: 'wait',
              until: new Date(now.getTime() + daySeconds * 1000),
              on: 'opens on none of the next 400 days',
            }
        }
      },
    },
  ],
})

function limitDays(asked: Pick<Window, 'open' | 'closed'>): number {
  return Math.max(limitDaysMin, longestShutDays(asked) + 2)
}

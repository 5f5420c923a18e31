import type { UserErrorFields } from '@slipway/core'
import { z } from 'zod'
import { defineGate, type GateContext } from '../gate.ts'
import { watchedBy } from './bake-shown.ts'
import { judgeBake } from './decide/judge-bake.ts'
import { isConfirmedRed } from './decide/look.ts'
import { placesOf, readTraffic } from './figures.ts'
import { lookAtAll, lookMilliseconds, monitorsSchema } from './look-at-all.ts'
import { monitorRed } from './monitor-red.ts'
import { monitorsAsked } from './monitors.ts'

const ask = z.object({
  minutes: z.int(),
  requests: z.int(),
  atMostMinutes: z.int(),
  monitors: monitorsSchema,
})
type Asked = z.infer<typeof ask>

/**
 * At least so many minutes AND so many requests AND fresh figures, under the eyes of the stage's monitors; no traffic
 * is “not yet”, never “fine”. What compares a release with the one before it is the host's own (../../monitors).
 */
export const bake = defineGate({
  kind: 'bake',
  ask,
  plan: ({ line: _, kind: __, ...asked }, { monitors }) => [
    {
      words: words(asked),
      mayAct: 'Admins and owners, who may pass it over with a reason',
      isStep: false,
      // Its own words at the end say more than the engine's, which come two minutes later.
      limitSeconds: asked.atMostMinutes * 60 + 120,
      ask: { ...asked, monitors: monitorsAsked(monitors) },
    },
  ],
  passesAt: ({ minutes }, at) => new Date(at.getTime() + minutes * 60_000),
  steps: (asked) => [
    {
      name: 'bake',
      title: 'Watch it under traffic',
      limitSeconds: asked.atMostMinutes * 60 + 60,
      late: () => notEnough(asked, 'It was not looked at in time'),
      run: async (context) => {
        const { db, organisationId, executionId, environments, since, clock } = context
        const places = await db.inOrganisation(organisationId, (tx) =>
          placesOf(tx, executionId, environments, since),
        )
        const { seen, memory } = await lookAtAll(asked.monitors, places, context)
        const red = seen.find((each) => each.seen !== undefined && isConfirmedRed(each.seen))
        if (red?.seen !== undefined && !isBefore(context)) {
          await context.say(`${red.words}: ${red.seen.words}. It was so at two looks in a row.`)
          return { state: 'failed', error: monitorRed(red.words, red.seen.words, 'baked') }
        }
        const traffic = await db.inOrganisation(organisationId, (tx) => readTraffic(tx, places))
        const now = clock.now()
        const judged = judgeBake({ asked, since, now, environments: traffic, monitors: seen })
        const requests = traffic.reduce((sum, each) => sum + each.requests, 0)
        const told = { lookedAt: now.toISOString(), requests: `${requests}` }
        const remembered = { ...memory, ...told }
        switch (judged.is) {
          case 'enough':
            await context.say(`${words(asked)}: done.`)
            return { state: 'done', memory: remembered }
          case 'late':
            return { state: 'failed', error: notEnough(asked, judged.words) }
          case 'not-yet':
            return {
              state: 'wait',
              until: new Date(now.getTime() + lookMilliseconds),
              on: judged.words,
              memory: remembered,
            }
        }
      },
    },
  ],
  isRed: ({ code }) => code === 'monitor-red',
  watched: watchedBy,
  monitors: (asked) => asked.monitors,
})

/** In front of a stage or wave nothing of this revision runs yet that could go back: a red monitor keeps it waiting. */
function isBefore({ path }: GateContext): boolean {
  return path.split('/').at(-2) === 'before'
}

function words({ minutes, requests }: Pick<Asked, 'minutes' | 'requests'>): string {
  const and = requests > 0 ? ` and ${requests.toLocaleString('en-GB')} requests` : ''
  return `Bake of ${minutes.toLocaleString('en-GB')} minutes${and}`
}

function notEnough(asked: Asked, missing: string): UserErrorFields {
  return {
    code: 'bake-not-enough',
    kind: 'failed',
    what: `${words(asked)} was not done within ${asked.atMostMinutes.toLocaleString('en-GB')} minutes.`,
    why: `${missing}. What is not known is never taken for well.`,
    todo: 'What was deployed stays. Ask for fewer requests or give it more time with `at-most`, then push again.',
  }
}

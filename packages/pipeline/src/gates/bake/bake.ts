import type { UserErrorFields } from '@slipway/core'
import { z } from 'zod'
import { defineGate, type GateContext } from '../gate.ts'
import { keyOf, watchedBy } from './bake-shown.ts'
import { judgeBake } from './decide/judge-bake.ts'
import { isConfirmedRed, type Seen, seenSchema } from './decide/look.ts'
import { type Place, placesOf, readFigures, readTraffic } from './figures.ts'
import type { MonitorAsked } from './monitor.ts'
import { isKnownMonitor, lookAt, monitorsAsked } from './monitors.ts'

/** A red monitor is seen within this time of its figures, at the cost of four small reads a minute. */
const lookMilliseconds = 15_000

const ask = z.object({
  minutes: z.int(),
  requests: z.int(),
  atMostMinutes: z.int(),
  monitors: z.array(z.object({ kind: z.string(), words: z.string(), ask: z.record(z.string(), z.json()) })),
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
  problems: (_, { monitors }) =>
    monitors
      .filter((monitor) => !isKnownMonitor(monitor))
      .map(({ kind, line }) => ({
        code: 'manifest-not-supported-yet',
        line,
        what: `A monitor of the kind ${kind} is not supported yet.`,
        why: 'A monitor that was not asked would let a bad release pass.',
        todo: 'Remove it.',
        value: kind,
      })),
  passesAt: ({ minutes }, at) => new Date(at.getTime() + minutes * 60_000),
  steps: (asked) => [
    {
      name: 'bake',
      title: 'Watch it under traffic',
      limitSeconds: asked.atMostMinutes * 60 + 60,
      late: () => notEnough(asked, 'It was not looked at in time'),
      run: async (context) => {
        const { db, organisationId, executionId, environments, since, clock, memory } = context
        const places = await db.inOrganisation(organisationId, (tx) =>
          placesOf(tx, executionId, environments, since),
        )
        const seen = await lookAtAll(asked.monitors, places, context)
        const red = seen.find((each) => each.seen !== undefined && isConfirmedRed(each.seen))
        if (red?.seen !== undefined && !isBefore(context)) {
          await context.say(`${red.words}: ${red.seen.words}. It was so at two looks in a row.`)
          return { state: 'failed', error: monitorRed(red.words, red.seen.words) }
        }
        const traffic = await db.inOrganisation(organisationId, (tx) => readTraffic(tx, places))
        const now = clock.now()
        const judged = judgeBake({ asked, since, now, environments: traffic, monitors: seen })
        const requests = traffic.reduce((sum, each) => sum + each.requests, 0)
        const told = { lookedAt: now.toISOString(), requests: `${requests}` }
        const remembered = { ...memory, ...toMemory(seen), ...told }
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
})

type SeenOf = { words: string; seen: Seen | undefined }

/** What is known of each monitor with this look; a change of what it says is told in the log. */
function lookAtAll(
  monitors: readonly MonitorAsked[],
  places: readonly Place[],
  context: GateContext,
): Promise<SeenOf[]> {
  const { db, organisationId, clock, memory } = context
  let read: ReturnType<typeof readFigures> | undefined
  const figures = () => {
    read ??= db.inOrganisation(organisationId, (tx) => readFigures(tx, places, clock.now()))
    return read
  }
  return Promise.all(
    monitors.map(async (monitor, index) => {
      const kept = memory[keyOf(index)]
      const before = kept === undefined ? undefined : seenSchema.parse(JSON.parse(kept))
      const lookedAt = before && new Date(before.of)
      const seen = await lookAt(monitor, before, { ...context, figures, lookedAt })
      if (seen !== undefined && seen.is !== before?.is)
        await context.say(`${monitor.words}: ${seen.words}. That is ${seen.is}.`)
      return { words: monitor.words, seen }
    }),
  )
}

function toMemory(monitors: readonly SeenOf[]): GateContext['memory'] {
  return Object.fromEntries(
    monitors.flatMap(({ seen }, index) => (seen === undefined ? [] : [[keyOf(index), JSON.stringify(seen)]])),
  )
}

/** In front of a stage or wave nothing of this revision runs yet that could go back: a red monitor keeps it waiting. */
function isBefore({ path }: GateContext): boolean {
  return path.split('/').at(-2) === 'before'
}

function words({ minutes, requests }: Pick<Asked, 'minutes' | 'requests'>): string {
  const and = requests > 0 ? ` and ${requests.toLocaleString('en-GB')} requests` : ''
  return `Bake of ${minutes.toLocaleString('en-GB')} minutes${and}`
}

function monitorRed(name: string, value: string): UserErrorFields {
  return {
    code: 'monitor-red',
    kind: 'failed',
    what: `The monitor “${name}” is red: ${value}.`,
    why: 'It was so at two looks in a row while this release baked, so its wave goes back.',
    todo: 'Look at the figures and logs of those minutes, then push a repair. The revision is marked bad until then.',
  }
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

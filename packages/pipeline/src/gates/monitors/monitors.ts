import { z } from 'zod'
import { lookAtAll, lookMilliseconds, monitorsIn, monitorsSchema } from '../bake/look-at-all.ts'
import { monitorsAsked } from '../bake/monitors.ts'
import { defineGate, type GateContext } from '../gate.ts'
import { judgeEntry } from './decide/judge-entry.ts'

const daySeconds = 86_400
/** As long as a window waits that opens once a week, and no shorter than an outage. */
const limitDays = 30
/**
 * That all was fine counts for so long: at the door it is then looked at again, and so it is before each further wave.
 * While another execution holds the stage that is one look every five minutes.
 */
const freshMilliseconds = 5 * 60_000

/**
 * Nothing goes where a monitor is red: in front of a stage, and of each of its waves, all monitors of the stage must be
 * fine on what runs in it now. Red and inconclusive wait, and never fail; where nothing runs there is nothing to be red.
 * What goes in out of turn, a rollback above all, is not asked (stageFor of start-execution.ts).
 */
export const monitors = defineGate({
  kind: 'monitors',
  ask: z.object({ monitors: monitorsSchema }),
  plan: (_, inStage) => [
    {
      words: 'The stage’s monitors are fine',
      mayAct: 'Admins and owners, who may pass it over with a reason',
      isStep: false,
      limitSeconds: limitDays * daySeconds,
      ask: { monitors: monitorsAsked(inStage.monitors) },
    },
  ],
  passesAt: (_, at) => at,
  watched: (asked, _, memory) => ({
    counts: [],
    monitors: memory.reason === undefined ? monitorsIn(asked.monitors, memory) : [],
  }),
  steps: (asked) => [
    {
      name: 'monitors',
      title: 'Look at the monitors',
      // A day more than what the engine waits, which says why in its own words.
      limitSeconds: (limitDays + 1) * daySeconds,
      late: () => ({
        code: 'pipeline-check-too-long',
        kind: 'failed',
        what: `The monitors were not fine for ${limitDays} days.`,
        todo: 'Look at what they say, then push again.',
      }),
      run: async (context) => {
        const { clock, say } = context
        const running = whereSomethingRuns(context)
        if (running === undefined) {
          const reason = 'nothing runs here yet, so that nothing can be red'
          await say(`The monitors were not looked at: ${reason}.`)
          return { state: 'done', memory: { reason, ...freshFrom(clock.now()) } }
        }
        // All that was measured there is of what runs; the monitors themselves take only what is fresh of it.
        const places = running.environments.map((environment) => ({ environment, from: new Date(0) }))
        const { seen, memory } = await lookAtAll(asked.monitors, places, running)
        const judged = judgeEntry(seen)
        const now = clock.now()
        switch (judged.is) {
          case 'open':
            return { state: 'done', memory: { ...memory, ...freshFrom(now) } }
          case 'shut':
            return {
              state: 'wait',
              until: new Date(now.getTime() + lookMilliseconds),
              on: judged.words,
              memory,
            }
        }
      },
    },
  ],
})

/** The same for those environments alone that have a release; undefined where none has. */
function whereSomethingRuns(context: GateContext): GateContext | undefined {
  const environments = context.environments.filter(({ liveReleaseId }) => liveReleaseId !== null)
  const [first] = environments
  if (first === undefined) return undefined
  return { ...context, environments, cloudAccountId: first.cloudAccountId, region: first.region }
}

const freshFrom = (now: Date) => ({ freshUntil: new Date(now.getTime() + freshMilliseconds).toISOString() })

import { readAlarms } from '@slipway/cloud'
import { UserError } from '@slipway/core'
import { z } from 'zod'
import { defineMonitor, type LookContext } from '../monitor.ts'
import { type Heard, judgePlaces } from './decide/judge-places.ts'

/** A CloudWatch alarm of the customer's, by its name, in each account and region that bakes. */
export const alarm = defineMonitor({
  kind: 'alarm',
  ask: z.object({ name: z.string() }),
  plan: ({ name }) => ({ words: `Alarm ${name}`, ask: { name } }),
  look: async ({ name }, context) => {
    const heard: Heard[] = []
    for (const place of context.environments) heard.push(await hear(name, place, context))
    return { look: judgePlaces(heard, context.clock.now()) }
  },
})

/** What keeps Slipway out of an account makes the alarm unknown; what AWS itself fails at is tried again by the job. */
async function hear(
  name: string,
  place: LookContext['environments'][number],
  context: LookContext,
): Promise<Heard> {
  const { region } = place
  try {
    const [found] = await readAlarms(context, place, [name])
    return { region, alarm: found }
  } catch (error) {
    if (error instanceof UserError) return { region, alarm: undefined, problem: error.fields.what }
    throw error
  }
}

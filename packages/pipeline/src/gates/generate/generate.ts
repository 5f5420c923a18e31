import { runnerSteps, type Step, type StepResult } from '@slipway/cloud'
import { grantSchema } from '@slipway/manifest'
import { z } from 'zod'
import { defineGate, type GateContext } from '../gate.ts'
import { commandAsked } from '../run/asked.ts'
import { commandStep } from '../run/command-step.ts'
import { limitSeconds, shortCommand } from '../run/run.ts'
import { joinGenerated } from './join-generated.ts'

/** Shape of what lies in its row. */
const generateAsked = z.object({ asked: commandAsked, grant: grantSchema })
export type GenerateAsked = z.infer<typeof generateAsked>

/**
 * A command on a runner in the app's own account and region, which says the stages that come behind its own: read
 * like a manifest, joined to the same execution once for each attempt, and never beyond what its entry may.
 */
export const generate = defineGate({
  kind: 'generate',
  ask: generateAsked,
  plan: ({ command, timeoutSeconds, cache, grant }) => {
    const once = { retries: 0, region: null, artifacts: [], outputs: [] }
    const asked = { command, timeoutSeconds, ...once, cache, generates: true }
    return [
      {
        words: `Stages of ${shortCommand(command)}`,
        mayAct: 'Admins and owners, who may pass it over with a reason: then no stages come',
        isStep: true,
        limitSeconds: limitSeconds(asked),
        ask: { asked, grant },
      },
    ]
  },
  steps: (of) => [...runnerSteps, commandStep(of.asked, limitSeconds(of.asked) + 60), joinStep(of)],
})

function joinStep(of: GenerateAsked): Step<GateContext> {
  return {
    name: 'join',
    title: 'Read the stages',
    limitSeconds: 300,
    late: () => ({
      code: 'pipeline-step-broken',
      kind: 'failed',
      what: 'The stages that were generated could not be read in time.',
      todo: 'Push again.',
    }),
    run: async (context): Promise<StepResult> => {
      const error = await joinGenerated(of, context)
      return error === undefined ? { state: 'done', memory: {} } : { state: 'failed', error }
    },
  }
}

import { runnerSteps, type Step, type StepResult } from '@slipway/cloud'
import { type Grant, generatedDepthMax, grantSchema, planGenerated } from '@slipway/manifest'
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
  brings: ({ grant }) => ({
    atMost: atMost(grant),
    read: (said, into) => planGenerated(said, { grant, ...into }),
  }),
  steps: (of) => [...runnerSteps, commandStep(of.asked, limitSeconds(of.asked) + 60), joinStep(of)],
})

/** What its stages may ask for, as its parent may. */
function atMost({ accounts, regions, gates, depth }: Grant): string {
  const named = (names: readonly (string | null)[], own: string) =>
    names.map((name) => name ?? own).join(', ')
  const behind = gates.map(({ kind }) => kind).join(', ')
  const deeper = generatedDepthMax - depth
  return [
    `accounts: ${named(accounts, 'the app’s own')}`,
    `regions: ${named(regions, 'the app’s own')}`,
    ...(behind === '' ? [] : [`each behind: ${behind}`]),
    `generating in turn: ${deeper > 0 ? `${deeper} deep` : 'nothing'}`,
  ].join('; ')
}

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

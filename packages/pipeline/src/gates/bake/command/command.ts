import { readRunner, runnerSteps, type StepResult } from '@slipway/cloud'
import { z } from 'zod'
import { stepIdOf } from '../../../deployment-id.ts'
import { shortCommand } from '../../run/run.ts'
import { sendStep } from '../../run/send-step.ts'
import { defineMonitor, type LookContext } from '../monitor.ts'
import { throughHost } from '../through-host.ts'
import { endings, judgeEnding } from './decide/judge-ending.ts'

/** A look that takes longer has found nothing out. */
const commandSeconds = 120

/** A command of the customer's, run on the stage's runner as a step's is. What it writes is in the log of its gate. */
export const command = defineMonitor({
  kind: 'command',
  ask: z.object({ command: z.string(), everySeconds: z.int().positive() }),
  plan: ({ command: asked, everySeconds }) => ({
    words: shortCommand(asked),
    ask: { command: asked, everySeconds },
  }),
  look: (asked, context) =>
    throughHost(
      {
        everySeconds: asked.everySeconds,
        send: () => send(asked.command, context),
        judge: judgeEnding,
      },
      context,
    ),
})

async function send(asked: string, context: LookContext) {
  const { executionId, path, attempt } = context
  const up = await bringRunnerUp(context)
  if (up.state === 'wait') return { is: 'not-sent' as const, words: `it waits for ${up.on}` }
  if (up.state === 'failed') return { is: 'not-sent' as const, words: up.error.what }
  const commandId = await sendStep(
    {
      command: asked,
      timeoutSeconds: commandSeconds,
      endings: Object.values(endings),
      outputs: [],
      generates: false,
      cache: [],
    },
    { stepId: stepIdOf(executionId, path, attempt) },
    context,
  )
  return commandId === undefined
    ? { is: 'not-sent' as const, words: 'its gate is no longer asked' }
    : { is: 'sent' as const, commandId }
}

/**
 * The steps that bring a runner up, as far as they go at this look. Not as steps of the gate: its other monitors are
 * looked at meanwhile, and where no runner can be had the gate waits instead of failing.
 */
async function bringRunnerUp(context: LookContext): Promise<StepResult> {
  const isMade = (await readRunner(context)) !== undefined
  for (const step of isMade ? runnerSteps.slice(-1) : runnerSteps) {
    const result = await step.run(context)
    if (result.state !== 'done') return result
  }
  return { state: 'done' }
}

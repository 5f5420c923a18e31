import { runnerSteps, type Step, type StepResult } from '@slipway/cloud'
import type { UserErrorFields } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { stepOutput, userErrorFields } from '@slipway/protocol'
import { z } from 'zod'
import { stepIdOf } from '../../deployment-id.ts'
import type { GateContext } from '../gate.ts'
import type { CommandAsked } from './asked.ts'
import { afterTries } from './decide/after-tries.ts'
import { keepOutputs } from './outputs.ts'
import { sendStep } from './send-step.ts'

/** Heard at once when the runner answers; looked at all the same, should that be lost. */
const lookAgainSeconds = 30

/** Sends the command to the runner, once more for each try that it has, and hears how it ended. */
export function commandStep(asked: CommandAsked, limitSeconds: number): Step<GateContext> {
  return {
    name: 'command',
    title: 'Command',
    limitSeconds,
    late: () => ({
      code: 'step-late',
      kind: 'failed',
      what: 'The runner did not say in time how the command of this step ended.',
      why: 'Its instance was stopped, or lost its connection.',
      todo: 'Push again.',
    }),
    run: (context) => runOnRunner(asked, context),
  }
}

const outcome = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), output: stepOutput }),
  z.object({ ok: z.literal(false), error: userErrorFields }),
])

async function runOnRunner(asked: CommandAsked, context: GateContext): Promise<StepResult> {
  const { db, organisationId, executionId, path, attempt, clock, say } = context
  const until = new Date(clock.now().getTime() + lookAgainSeconds * 1000)
  const waiting: StepResult = { state: 'wait', until, on: 'the command' }
  const stepId = stepIdOf(executionId, path, attempt)
  const tries = await db.inOrganisation(organisationId, (tx) => triesOf(tx, stepId))
  if (tries.some(({ endedAt }) => endedAt === null)) return waiting

  const failures: UserErrorFields[] = []
  for (const { result } of tries) {
    const ended = outcome.parse(result)
    if (ended.ok) return { state: 'done', memory: keepOutputs(ended.output.outputs) }
    failures.push(ended.error)
  }
  const last = failures.at(-1)
  if (last !== undefined) {
    if (afterTries(failures, asked.retries) === 'failed') return { state: 'failed', error: last }
    await say(`Try ${failures.length} failed: ${last.what} It is tried again.`)
  }
  const runner = await runnerIsUp(context)
  if (runner.state !== 'done') return runner
  await sendStep(asked, stepId, context)
  return waiting
}

/** What the command of an attempt has generated. Throws where it has not ended well. */
export async function generatedText(tx: Tx, stepId: string): Promise<string> {
  const ended = outcome.parse((await triesOf(tx, stepId)).at(-1)?.result)
  if (!ended.ok || ended.output.generated === undefined) throw new Error(`${stepId} has generated nothing`)
  return ended.output.generated
}

/** The commands of one attempt, oldest first: each try is one. */
function triesOf(tx: Tx, stepId: string) {
  return tx.hostCommand.findMany({
    where: { kind: 'step', command: { path: ['spec', 'stepId'], equals: stepId } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: { endedAt: true, result: true },
  })
}

/** Its own step was done before this one, but it may have gone away under the try before. */
async function runnerIsUp(context: GateContext): Promise<StepResult> {
  const step = runnerSteps.at(-1)
  if (step === undefined) throw new Error('there are no steps that bring a runner up')
  return step.run(context)
}

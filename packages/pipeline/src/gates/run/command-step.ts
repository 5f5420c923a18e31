import { type Memory, runnerSteps, type Step, type StepResult } from '@slipway/cloud'
import type { UserErrorFields } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { type StepArtifacts, type StepOutput, stepOutput, stepSpec, userErrorFields } from '@slipway/protocol'
import { z } from 'zod'
import { stepIdOf } from '../../deployment-id.ts'
import type { GateContext } from '../gate.ts'
import { isAsAsked, keepArtifacts } from './artifacts.ts'
import type { CommandAsked } from './asked.ts'
import { bringArtifacts } from './bring-artifacts.ts'
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

const toldSchema = z.object({ spec: stepSpec.pick({ artifacts: true }) })

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
  for (const { result, told } of tries) {
    const ended = outcome.parse(result)
    if (ended.ok) return { state: 'done', memory: rememberedOf(asked, ended.output, told, context) }
    failures.push(ended.error)
  }
  const last = failures.at(-1)
  if (last !== undefined) {
    if (afterTries(failures, asked.retries) === 'failed') return { state: 'failed', error: last }
    await say(`Try ${failures.length} failed: ${last.what} It is tried again.`)
  }
  const runner = await runnerIsUp(context)
  if (runner.state !== 'done') return runner
  const brought = await bringArtifacts(asked, { stepId, attemptTry: tries.length + 1 }, context)
  if (brought.state === 'not-yet') return brought.result
  await sendStep(asked, { stepId, artifacts: brought.artifacts }, context)
  return waiting
}

/** What a command left for later steps. Where its files lie is what it was told, and not what it says. */
function rememberedOf(
  asked: CommandAsked,
  { outputs, artifacts }: StepOutput,
  told: StepArtifacts | undefined,
  { cloudAccountId, region }: GateContext,
): Memory {
  const outputsKept = keepOutputs(outputs)
  if (told?.kept === undefined) return outputsKept
  if (artifacts === undefined || !isAsAsked(artifacts, asked.artifacts))
    throw new Error(`a runner of ${cloudAccountId} in ${region} kept other files than it was told to`)
  const place = { cloudAccountId, region, bucket: told.bucket, key: told.kept.key }
  return { ...outputsKept, ...keepArtifacts({ ...artifacts, ...place }) }
}

/** What the command of an attempt has generated. Throws where it has not ended well. */
export async function generatedText(tx: Tx, stepId: string): Promise<string> {
  const ended = outcome.parse((await triesOf(tx, stepId)).at(-1)?.result)
  if (!ended.ok || ended.output.generated === undefined) throw new Error(`${stepId} has generated nothing`)
  return ended.output.generated
}

/** The commands of one attempt, oldest first: each try is one. */
async function triesOf(tx: Tx, stepId: string) {
  const rows = await tx.hostCommand.findMany({
    where: { kind: 'step', subject: stepId },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: { endedAt: true, result: true, command: true },
  })
  return rows.map(({ command, ...row }) => ({ ...row, told: toldSchema.parse(command).spec.artifacts }))
}

/** Its own step was done before this one, but it may have gone away under the try before. */
async function runnerIsUp(context: GateContext): Promise<StepResult> {
  const step = runnerSteps.at(-1)
  if (step === undefined) throw new Error('there are no steps that bring a runner up')
  return step.run(context)
}

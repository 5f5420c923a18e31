import type { UserErrorFields } from '@slipway/core'
import { connectionOf } from '../account.ts'
import type { StackProgress } from '../stacks/apply-stack.ts'
import type { AccountContext, Step, StepResult } from '../targets/target.ts'
import { ensureBase, readBase } from './ensure-base.ts'
import { loadAgent, uploadAgent } from './upload-agent.ts'

/** What every host and runner needs before it can start: the base stack, and the agent in its bucket. */
export const baseSteps: readonly Step<AccountContext>[] = [
  {
    name: 'base',
    title: 'Network and bucket',
    limitSeconds: 900,
    late: () => late('The network and bucket', 'aws-base-late'),
    async run(context) {
      return stepResult(await ensureBase(context))
    },
  },
  {
    name: 'agent',
    title: 'Agent',
    limitSeconds: 300,
    late: () => late('The agent', 'aws-agent-late'),
    async run(context) {
      const { connection, base } = await context.db.inOrganisation(context.organisationId, async (tx) => ({
        connection: await connectionOf(tx, context.cloudAccountId),
        base: await readBase(tx, context),
      }))
      const clients = await context.cloud.sessions.clients(connection, 'artifact', context.region)
      await uploadAgent(clients, base.bucket, await loadAgent(context.cloud.config.agent))
      return { state: 'done' }
    },
  },
]

/** A stack's progress as a step's. */
export function stepResult(progress: StackProgress): StepResult {
  switch (progress.state) {
    case 'ready':
      return { state: 'done' }
    case 'waiting':
      return { state: 'wait', until: progress.until, on: progress.on }
    case 'failed':
      return progress
  }
}

export function late(what: string, code: string): UserErrorFields {
  return {
    code,
    kind: 'failed',
    what: `${what} took too long.`,
    why: 'AWS did not finish in the time that it usually takes by far.',
    todo: "Look at the stack in CloudFormation's console, then deploy again; what was begun goes on from there.",
  }
}

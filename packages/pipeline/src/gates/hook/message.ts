import type { Tx } from '@slipway/db'
import { firstLine } from '../../read/people.ts'
import type { GateContext } from '../gate.ts'
import { answerTokenOf } from './answer-token.ts'

/** What an address is sent, as the guide describes it; times are ISO. */
export type HookMessage = {
  type: 'slipway.gate.asked'
  timestamp: string
  data: {
    organisation: string
    app: string
    execution: { number: number; url: string }
    /** `production/before/0`. */
    gate: string
    stage: string
    attempt: number
    environments: { name: string; region: string }[]
    revision: { sha: string; subject: string; author: string; authorEmail: string }
    answer: { url: string; expiresAt: string }
  }
}

/** The same at each try of an attempt, so that what is signed is the same. */
export async function hookMessage(
  tx: Tx,
  context: GateContext,
  expiresSeconds: number,
): Promise<HookMessage> {
  const { organisationId, executionId, path, attempt, app, stage, environments, since } = context
  const { slug } = await tx.organisation.findUniqueOrThrow({ where: { id: organisationId } })
  const row = await tx.execution.findUniqueOrThrow({
    where: { id: executionId },
    select: {
      number: true,
      revision: { select: { sha: true, message: true, author: true, authorEmail: true } },
    },
  })
  const { sha, message, author, authorEmail } = row.revision
  const token = answerTokenOf({ organisationId, executionId, path, attempt }, context.sealing)
  return {
    type: 'slipway.gate.asked',
    timestamp: since.toISOString(),
    data: {
      organisation: slug,
      app: app.name,
      execution: { number: row.number, url: context.executionUrl(slug, app.name, row.number) },
      gate: path,
      stage,
      attempt,
      environments: environments.map(({ name, region }) => ({ name, region })),
      revision: { sha, subject: firstLine(message), author, authorEmail },
      answer: {
        url: context.hookAnswerUrl(token),
        expiresAt: new Date(since.getTime() + expiresSeconds * 1000).toISOString(),
      },
    },
  }
}

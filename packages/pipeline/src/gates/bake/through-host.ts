import { type HostCommandId, UserError } from '@slipway/core'
import { readCommand } from '@slipway/hosts'
import type { CommandOutcome } from '@slipway/protocol'
import type { Look } from './decide/look.ts'
import type { Asked, LookContext, Looked } from './monitor.ts'

/** An answer that is out for longer says by its absence that what was seen before no longer counts. */
const answerMilliseconds = 150_000

/** The question is out, or why it cannot be asked now. */
type Sent = { is: 'sent'; commandId: HostCommandId } | { is: 'not-sent'; words: string }

type Question = {
  everySeconds: number
  send(): Promise<Sent>
  judge(outcome: CommandOutcome, at: Date): Look
}

/**
 * A look by way of a host or runner, which is sent a question at one look and heard at a later one: one question at a
 * time, and the next no earlier than it is wished. What cannot be asked, or is not answered, is inconclusive; it is
 * tried again at each look.
 */
export async function throughHost(
  { everySeconds, send, judge }: Question,
  context: LookContext,
): Promise<Looked> {
  const { asked, lookedAt, clock } = context
  const now = clock.now()
  const heard = asked && (await hear(asked, judge, context))
  if (asked !== undefined && heard === undefined) {
    const isLate = now.getTime() - asked.at.getTime() > answerMilliseconds
    return isLate ? { asked, look: unanswered(asked) } : { asked }
  }
  // What was found out since, that it cannot be asked any more, is not undone by an answer of before.
  const look = heard && lookedAt && new Date(heard.of) < lookedAt ? undefined : heard
  if (asked !== undefined && now.getTime() - asked.at.getTime() < everySeconds * 1000) return { asked, look }
  const sent = await sentOrWhyNot(send)
  switch (sent.is) {
    case 'sent':
      return { asked: { commandId: sent.commandId, at: now }, look }
    case 'not-sent':
      return { asked, look: { is: 'inconclusive', of: now.toISOString(), words: sent.words } }
  }
}

/** The look that an answer was; undefined while there is none. */
async function hear(
  { commandId }: Asked,
  judge: Question['judge'],
  { db, organisationId }: LookContext,
): Promise<Look | undefined> {
  const command = await db.inOrganisation(organisationId, (tx) => readCommand(tx, commandId))
  if (command?.outcome === undefined || command.endedAt === undefined) return undefined
  return judge(command.outcome, command.endedAt)
}

/** What keeps Slipway out of an account makes the monitor unknown; what AWS itself fails at is tried again by the job. */
async function sentOrWhyNot(send: Question['send']): Promise<Sent> {
  try {
    return await send()
  } catch (error) {
    if (error instanceof UserError) return { is: 'not-sent', words: error.fields.what }
    throw error
  }
}

function unanswered({ at }: Asked): Look {
  const clock = at.toISOString().slice(11, 16)
  return { is: 'inconclusive', of: at.toISOString(), words: `no answer since it was asked at ${clock} UTC` }
}

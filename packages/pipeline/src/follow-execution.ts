import {
  type AppId,
  asId,
  type Clock,
  describeError,
  type ExecutionId,
  type OrganisationId,
} from '@slipway/core'
import { type Database, liveChannel, parseAnnouncement } from '@slipway/db'
import { type AppsUrl, getAppById } from '@slipway/environments'
import { readLogs } from '@slipway/hosts'
import { type ExecutionShown, getExecution, type PartShown } from './read/get-execution.ts'

/** Nobody watches a terminal for longer in which nothing can happen. */
const longSeconds = 600

/** A look is due at the latest after so long, whether anything was heard or not. */
const lookSeconds = 2

/**
 * Lines of an execution for a terminal: its steps as they begin and end, the log of build and deployment, and at
 * the end where it answers, or why it failed. Ends when the execution does, when it waits for a person or for what
 * is far away, or by the signal; the execution goes on in any case. Reads from the beginning, whenever it is called.
 */
export async function* followExecution(
  db: Database,
  of: { organisationId: OrganisationId; executionId: ExecutionId; appsUrl: AppsUrl },
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const place = await findPlace(db, of)
  const heard = new Bell()
  const listener = await db.listen(
    liveChannel,
    (payload) => {
      const { topic } = parseAnnouncement(payload)
      if (topic === `execution:${of.executionId}` || topic.startsWith('logs:')) heard.ring()
    },
    () => heard.ring(),
  )
  const seen: Seen = { parts: new Map(), steps: new Map(), waits: undefined }
  try {
    while (!signal.aborted) {
      const shown = await getExecution(db, of.organisationId, place, of.appsUrl)
      for (const part of shown.parts) {
        if (part.status !== 'ahead') yield* newsOfPart(db, of.organisationId, part, seen)
      }
      if (shown.endedAt !== null) {
        yield* lastWords(shown)
        return
      }
      if (shown.waits !== null && shown.waits.waitsFor !== seen.waits) {
        seen.waits = shown.waits.waitsFor
        yield `Waits for: ${shown.waits.waitsFor}`
      }
      if (shown.status === 'holding') return
      if (waitsLong(shown, clock.now())) {
        yield 'It goes on by itself; its page says when, and who may act.'
        return
      }
      await heard.next(lookSeconds * 1000, signal)
    }
  } finally {
    await listener.stop()
  }
}

/** A gate is asked that will not be looked at again for long: an approval, a window that is shut. */
function waitsLong({ parts }: ExecutionShown, now: Date): boolean {
  return parts.some(({ check }) => {
    if (check?.state.is !== 'asked' || check.state.nextLookAt === null) return false
    return Date.parse(check.state.nextLookAt) - now.getTime() > longSeconds * 1000
  })
}

type Seen = {
  /** How far the log of each stream was read. */
  parts: Map<string, string>
  steps: Map<string, string>
  waits: string | undefined
}

async function findPlace(
  db: Database,
  { organisationId, executionId }: { organisationId: OrganisationId; executionId: ExecutionId },
): Promise<{ app: string; number: number }> {
  return db.inOrganisation(organisationId, async (tx) => {
    const row = await tx.execution.findUniqueOrThrow({
      where: { id: executionId },
      select: { appId: true, number: true },
    })
    const appId: AppId = asId('app', row.appId)
    return { app: (await getAppById(tx, appId)).name, number: row.number }
  })
}

async function* newsOfPart(
  db: Database,
  organisationId: OrganisationId,
  part: PartShown,
  seen: Seen,
): AsyncGenerator<string> {
  for (const step of part.steps) {
    const key = `${part.path} ${step.name}`
    const word = `${step.state} ${step.waitsFor ?? ''}`
    if (step.state === 'pending' || seen.steps.get(key) === word) continue
    if (!seen.steps.has(key)) yield `-----> ${step.title}`
    if (step.state === 'waiting' && step.waitsFor !== null) yield `       waits for ${step.waitsFor}`
    seen.steps.set(key, word)
  }
  for (let isMore = true; isMore; ) {
    const page = await db.inOrganisation(organisationId, (tx) =>
      readLogs(tx, { organisationId, stream: part.stream, after: seen.parts.get(part.stream) ?? '0' }),
    )
    seen.parts.set(part.stream, page.next)
    isMore = page.isMore
    for (const line of page.lines) yield `       ${line.text}`
  }
}

function* lastWords(shown: ExecutionShown): Generator<string> {
  yield ''
  switch (shown.status) {
    case 'succeeded':
      yield `${shown.app.name} #${shown.number} is live.`
      for (const { service, url } of shown.urls) yield `${service}: ${url}`
      return
    case 'superseded':
      yield shown.supersededBy === null
        ? 'A newer push took its place.'
        : `Execution ${shown.supersededBy} took its place and its commits along.`
      return
    case 'cancelled':
      yield `${shown.app.name} #${shown.number} was cancelled.`
      return
    default:
      yield `${shown.app.name} #${shown.number} failed.`
      if (shown.error !== null) yield* describeError(shown.error).split('\n')
  }
}

/** Rung by whoever hears something; rings that come while nobody waits are heard at the next wait. */
class Bell {
  private isRung = false
  private wake: (() => void) | undefined

  ring() {
    this.isRung = true
    this.wake?.()
  }

  async next(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.isRung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds)
        this.wake = () => {
          clearTimeout(timer)
          resolve()
        }
        signal.addEventListener('abort', () => this.wake?.(), { once: true })
      })
    }
    this.wake = undefined
    this.isRung = false
  }
}

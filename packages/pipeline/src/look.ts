import { randomUUID } from 'node:crypto'
import type { ExecutionId, OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { enqueueNamed } from '@slipway/jobs'

/** The job that runs steps: what they wait for runs it again. */
export type Wake = { name: string; payload: Record<string, unknown> }

/**
 * Whose steps are looked at; `path` is place and attempt. `timer` is the moment for which the look that goes on now was
 * set, where a timer asked for it.
 */
export type LookAt = {
  organisationId: OrganisationId
  executionId: ExecutionId
  path: string
  timer?: string | undefined
}

/**
 * Whether a timer's look is still wanted. A look that came since has set a later timer; without this each wake
 * would leave one more row of timers behind it.
 */
export async function isStale(db: Database, of: LookAt, timer: string | undefined): Promise<boolean> {
  if (timer === undefined) return false
  const { organisationId, executionId, path } = of
  const later = await db.inOrganisation(organisationId, (tx) =>
    tx.deploymentStep.findFirst({
      where: { organisationId, executionId, path, state: 'waiting', waitUntil: { gt: new Date(timer) } },
      select: { position: true },
    }),
  )
  return later !== null
}

/**
 * A look at `until`, in a row; whatever happens before it looks earlier. Never before the moment of the look that goes
 * on: whoever handed that over may be ahead of this clock, and a look at an earlier one would be taken for stale. One
 * that asks for its own moment again has its own row still open: that one is told apart, or nobody would look again.
 */
export async function lookAgainAt(db: Database, of: LookAt, wake: Wake, until: Date): Promise<void> {
  const { organisationId, executionId, path } = of
  const dueAt = of.timer === undefined ? until : new Date(Math.max(until.getTime(), Date.parse(of.timer)))
  const timer = dueAt.toISOString()
  const own = timer === of.timer ? `/${randomUUID()}` : ''
  await db.inOrganisation(organisationId, (tx) =>
    enqueueNamed(
      tx,
      { name: wake.name, payload: { ...wake.payload, timer } },
      { organisationId, key: `${executionId}/${path}/look/${timer}${own}`, dueAt },
    ),
  )
}

/**
 * A look a little later, since somebody else is at it now. Those that are put off in one moment are one row: each that a
 * dying worker leaves behind would else come again for as long as that takes.
 */
export async function putOff(
  db: Database,
  of: LookAt,
  wake: Wake,
  now: Date,
  milliseconds = 500,
): Promise<void> {
  const earliest = now.getTime() + milliseconds / 2
  await lookAgainAt(db, of, wake, new Date(Math.ceil(earliest / milliseconds) * milliseconds))
}

import { type Clock, notFound, type OrganisationId, UserError, type UserId } from '@slipway/core'
import { announce, type Database } from '@slipway/db'
import { findApp } from '@slipway/environments'
import { audit } from '@slipway/organisations'
import { givenReason } from './given-reason.ts'
import { lockPipeline } from './pipeline-rows.ts'

type Asked = { app: string; sha: string; reason: string; by: UserId }

/**
 * Takes the bad mark off a commit, by whichever push it came: it deploys by itself again, and may be gone back to.
 * Nothing starts by it. Another failure marks it anew. What is not marked stays as it is, so that twice is safe.
 * Throws not-found, `reason-missing`, or `revision-going-back` while an execution still takes it back.
 */
export async function liftBad(
  db: Database,
  organisationId: OrganisationId,
  { app: name, sha, reason, by }: Asked,
  clock: Clock,
): Promise<void> {
  const words = givenReason(reason)
  await db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, name)
    await lockPipeline(tx, app.id)
    const revisions = await tx.revision.findMany({
      where: { appId: app.id, sha },
      select: { id: true, badSince: true, executions: { select: { id: true, number: true, status: true } } },
    })
    if (revisions.length === 0) throw notFound('commit')
    const bad = revisions.filter(({ badSince }) => badSince !== null)
    if (bad.length === 0) return
    const executions = revisions.flatMap((revision) => revision.executions)
    // That would mark it again by the failure that it is marked for now.
    const backing = executions.find(({ status }) => status === 'going-back')
    if (backing !== undefined) throw stillGoingBack(sha, backing.number)
    await tx.revision.updateMany({
      where: { id: { in: bad.map(({ id }) => id) } },
      data: { badSince: null },
    })
    const detail = { app: app.name, sha, reason: words }
    const subject = app.id
    await audit(tx, organisationId, {
      actor: by,
      action: 'commits.lift-bad',
      subject,
      at: clock.now(),
      detail,
    })
    for (const { id } of executions) await announce(tx, organisationId, `execution:${id}`)
    await announce(tx, organisationId, `app:${app.id}`)
  })
}

function stillGoingBack(sha: string, execution: number): UserError {
  return new UserError({
    code: 'revision-going-back',
    kind: 'conflict',
    what: `${sha.slice(0, 7)} is still being taken back.`,
    why: `Execution ${execution} puts back what was healthy before, and marks it for as long as that takes.`,
    todo: `Lift the mark when execution ${execution} has ended.`,
  })
}

import { asId, newId, type OrganisationId, realClock, type UserId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { findEnvironment } from '@slipway/environments'
import { plan, treeOf } from '@slipway/manifest'
import { receivePush } from '@slipway/pipeline'
import { advanceExecutionHandler, runDueJobs } from '@slipway/pipeline/testing'

/**
 * Pushes to an app that holds its pushes for a person, and puts two healthy releases beside it, the second live:
 * what the buttons of an app need. Only rows; nothing is built and nothing goes to AWS.
 */
export async function pushTo(
  db: Database,
  organisationId: OrganisationId,
  app: string,
  by: UserId,
): Promise<{ execution: number }> {
  const execution = await db.inOrganisation(organisationId, async (tx) => {
    const { app: found, environment } = await findEnvironment(tx, organisationId, app, 'production')
    const now = realClock.now()
    const sha = 'a'.repeat(40)
    const head = {
      sha,
      authorName: 'Zanzibar Zoe',
      authorEmail: 'zoe@example.com',
      authoredAt: now,
      subject: 'Open the zanzibar door',
      message: 'Open the zanzibar door',
    }
    const read = plan(treeOf({ Procfile: 'web: ./hello\n', hello: { executable: elfHeader } }))
    const outcome = await receivePush(
      tx,
      {
        id: newId('push', now),
        organisationId,
        appId: found.id,
        ref: 'refs/heads/main',
        before: '0'.repeat(40),
        after: sha,
        by,
        receivedAt: now,
        commits: [head],
        head,
        plan: await read,
      },
      { clock: realClock, db, gatePorts: { first: 80, last: 80 } },
    )
    if (outcome.kind !== 'deploys') throw new Error(`the push ${outcome.kind}`)
    const execution = await tx.execution.findUniqueOrThrow({ where: { id: outcome.executionId } })
    const revision = await tx.revision.findUniqueOrThrow({ where: { id: execution.revisionId } })
    for (const number of [1, 2]) {
      const id = newId('release', now)
      await tx.release.create({
        data: {
          id,
          organisationId,
          appId: found.id,
          environmentId: environment.id,
          revisionId: revision.id,
          number,
          key: `environments/${environment.id}/releases/${id}.tar.gz`,
          digest: 'd'.repeat(64),
          sizeBytes: 1234n,
          architecture: 'arm64',
          plan: revision.plan ?? {},
          configVersion: 0,
          variables: { plain: {}, secrets: [] },
          createdAt: now,
        },
      })
      await tx.deployment.create({
        data: {
          id: newId('deployment', now),
          organisationId,
          environmentId: environment.id,
          executionId: execution.id,
          releaseId: id,
          fence: BigInt(number),
          status: 'healthy',
          startedAt: now,
          endedAt: now,
        },
      })
      await tx.environment.update({
        where: { id: environment.id },
        data: { liveReleaseId: asId('release', id) },
      })
    }
    return outcome.number
  })
  await runDueJobs(db, realClock, [advanceExecutionHandler()])
  return { execution }
}

/** What a 64-bit executable for ARM begins with. */
const elfHeader = Uint8Array.from([
  0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0xb7, 0, 1, 0, 0, 0,
])

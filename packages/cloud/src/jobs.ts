import { asId, type OrganisationId, type UserErrorFields } from '@slipway/core'
import { announce } from '@slipway/db'
import { proveHost } from '@slipway/hosts'
import { type Handler, handle, type JobContext } from '@slipway/jobs'
import { connectionOf } from './account.ts'
import { readAlarms, watchAlarms } from './alarms/watch-alarms.ts'
import type { Cloud } from './cloud.ts'
import { checkList } from './connect/checks.ts'
import { checkQuotas, proveConnection } from './connect/connect-jobs.ts'
import { proveOnce } from './connect/prove-connection.ts'
import { readQuotas } from './connect/read-quotas.ts'
import { lookAtSnapshot, snapshotFailed } from './disks/look-at-snapshot.ts'
import { lookAtSnapshotJob } from './disks/look-at-snapshot-job.ts'
import { verifyEnrolment } from './hosts/verify-enrolment.ts'
import { stopIdleRunner, stopWhenIdle } from './runner/stop-idle-runner.ts'
import { lookAgain, lookAtCluster } from './targets/cluster/look-at-cluster.ts'

/** What the worker does for this package. */
export function cloudJobs(cloud: Cloud): Handler[] {
  return [
    handle(proveConnection, (payload, context) => proveOnce(cloud, payload, ofOrganisation(context))),

    handle(checkQuotas, async ({ cloudAccountId }, context) => {
      const { db, clock, organisationId } = ofOrganisation(context)
      const { connection, region } = await db.inOrganisation(organisationId, async (tx) => ({
        connection: await connectionOf(tx, cloudAccountId),
        region: (await tx.cloudAccount.findUniqueOrThrow({ where: { id: cloudAccountId } })).region,
      }))
      const quotas = await readQuotas(
        await cloud.sessions.clients(connection, 'observe', region),
        clock.now(),
      )
      await db.inOrganisation(organisationId, async (tx) => {
        const row = await tx.cloudAccount.findUniqueOrThrow({ where: { id: cloudAccountId } })
        const others = checkList.parse(row.checks).filter(({ name }) => !name.startsWith('quota-'))
        await tx.cloudAccount.update({
          where: { id: cloudAccountId },
          data: { checks: [...others, ...quotas] },
        })
        await announce(tx, organisationId, `cloud-account:${cloudAccountId}`)
      })
    }),

    handle(proveHost, ({ enrolmentId }, context) =>
      verifyEnrolment(cloud, enrolmentId, ofOrganisation(context)),
    ),

    handle(watchAlarms, (place, context) => {
      const { organisationId } = ofOrganisation(context)
      return readAlarms(cloud, { organisationId, ...place }, context)
    }),

    handle(
      lookAtSnapshotJob,
      ({ snapshotId }, context) => lookAtSnapshot(cloud, snapshotId, ofOrganisation(context)),
      {
        exhausted: ({ snapshotId }, error, context) =>
          snapshotFailed(snapshotId, refusedByAws(error), ofOrganisation(context)),
      },
    ),

    handle(lookAtCluster, ({ environmentId }, context) =>
      lookAgain(cloud, environmentId, ofOrganisation(context)),
    ),

    handle(stopIdleRunner, ({ hostId }, context) => stopWhenIdle(cloud, hostId, ofOrganisation(context))),
  ]
}

function refusedByAws(error: unknown): UserErrorFields {
  return {
    code: 'snapshot-failed',
    kind: 'failed',
    what: 'AWS did not do it, though it was asked again and again.',
    todo: 'Try again. If it fails again, look at what is written below.',
    details: [error instanceof Error ? error.message : String(error)],
  }
}

/** Every job here is of one organisation. */
function ofOrganisation(context: JobContext): JobContext & { organisationId: OrganisationId } {
  return { ...context, organisationId: asId('organisation', context.organisationId ?? '') }
}

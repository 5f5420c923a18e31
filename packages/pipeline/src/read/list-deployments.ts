import type { OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { findEnvironment } from '@slipway/environments'
import { z } from 'zod'
import { executionKinds } from '../decide/execution.ts'
import { firstLine } from './people.ts'

/** A deployment as charts and logs mark it. Times are ISO. */
export type DeploymentListed = {
  id: string
  /** Number of the execution that it is part of. */
  execution: number
  release: number
  sha: string
  message: string
  status: (typeof statuses)[number]
  isRollBack: boolean
  /** Its revision was marked bad, then or later. */
  isBad: boolean
  startedAt: string
  /** When it was healthy, or given up. */
  endedAt: string | null
}

const statuses = ['running', 'healthy', 'failed', 'cancelled'] as const
const row = z.object({ status: z.enum(statuses) })
const kind = z.enum(executionKinds)
const deploymentsMax = 100

/** The newest hundred deployments of an environment, newest first. Throws not-found. */
export async function listDeployments(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; environment: string },
): Promise<DeploymentListed[]> {
  return db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    const rows = await tx.deployment.findMany({
      where: { environmentId: environment.id },
      orderBy: { startedAt: 'desc' },
      take: deploymentsMax,
      include: {
        release: { include: { revision: true } },
        execution: { select: { number: true, kind: true } },
      },
    })
    return rows.map((each) => ({
      id: each.id,
      execution: each.execution.number,
      release: each.release.number,
      sha: each.release.revision.sha,
      message: firstLine(each.release.revision.message),
      status: row.parse(each).status,
      isRollBack: kind.parse(each.execution.kind) === 'rollback',
      isBad: each.release.revision.badSince !== null,
      startedAt: each.startedAt.toISOString(),
      endedAt: each.endedAt?.toISOString() ?? null,
    }))
  })
}

import type { OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { findEnvironment } from '@slipway/environments'
import { whyNotRollBack } from '../decide/may-roll-back.ts'
import { firstLine } from './people.ts'

/** One release of an environment. Times are ISO. */
export type ReleaseListed = {
  id: string
  number: number
  sha: string
  message: string
  author: string
  createdAt: string
  sizeBytes: number
  architecture: string
  configVersion: number
  isLive: boolean
  isBad: boolean
  /** When it was last deployed here and healthy. */
  healthyAt: string | null
  /** Why it cannot be brought back; null when it can, by one button. */
  notPossible: string | null
}

const releasesMax = 50

/** The newest fifty releases of an environment, newest first. Throws not-found. */
export async function listReleases(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; environment: string },
): Promise<ReleaseListed[]> {
  return db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    const rows = await tx.release.findMany({
      where: { environmentId: environment.id },
      orderBy: { number: 'desc' },
      take: releasesMax,
      include: {
        revision: true,
        deployments: { where: { status: 'healthy' }, orderBy: { endedAt: 'desc' }, take: 1 },
      },
    })
    return rows.map((row) => {
      const isLive = row.id === environment.liveReleaseId
      const isBad = row.revision.badSince !== null
      const healthyAt = row.deployments[0]?.endedAt ?? null
      return {
        id: row.id,
        number: row.number,
        sha: row.revision.sha,
        message: firstLine(row.revision.message),
        author: row.revision.author,
        createdAt: row.createdAt.toISOString(),
        sizeBytes: Number(row.sizeBytes),
        architecture: row.architecture,
        configVersion: row.configVersion,
        isLive,
        isBad,
        healthyAt: healthyAt?.toISOString() ?? null,
        notPossible: whyNotRollBack({ isLive, isBad, wasHealthy: healthyAt !== null }) ?? null,
      }
    })
  })
}

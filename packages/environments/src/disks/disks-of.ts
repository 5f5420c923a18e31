import type { EnvironmentId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { type DiskPlan, servicePlanSchema } from '@slipway/manifest'

const withDisks = servicePlanSchema.pick({ disks: true })

/** The disks of what runs in an environment, in the order of its services. */
export async function disksOf(tx: Tx, environmentId: EnvironmentId): Promise<DiskPlan[]> {
  const services = await tx.service.findMany({
    where: { environmentId, removedAt: null },
    orderBy: { createdAt: 'asc' },
  })
  return services.flatMap(({ plan }) => withDisks.parse(plan).disks)
}

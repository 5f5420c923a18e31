import {
  asId,
  type Clock,
  type EnvironmentId,
  newId,
  type OrganisationId,
  type ServiceId,
} from '@slipway/core'
import type { Prisma, Tx } from '@slipway/db'
import type { ServicePlan } from '@slipway/manifest'
import { z } from 'zod'
import { publicNameOf } from './decide/names.ts'
import { keepTakingSnapshots } from './disks/take-scheduled.ts'
import { randomText } from './random-text.ts'

const serviceKind = z.enum(['web', 'worker', 'static', 'cron'])

export type Service = {
  id: ServiceId
  name: string
  kind: z.infer<typeof serviceKind>
  /** None for what serves no visitors. */
  publicName: string | null
}

type Place = { organisationId: OrganisationId; environmentId: EnvironmentId }

/**
 * Ids and public names for the services of a plan that is about to be deployed; twice is safe. A new one is
 * not yet part of the environment: it becomes so when its release is healthy (`adoptServices`). A service keeps
 * id and public name for as long as the environment lives, also when it was gone for a while: its address is
 * printed on somebody's business card.
 */
export async function prepareServices(
  tx: Tx,
  place: Place & { appName: string },
  plans: readonly ServicePlan[],
  clock: Clock,
): Promise<Service[]> {
  const { organisationId, environmentId, appName } = place
  const rows = await tx.service.findMany({ where: { organisationId, environmentId } })
  const now = clock.now()
  const services: Service[] = []
  for (const plan of plans) {
    const row = rows.find((candidate) => candidate.name === plan.name)
    const id = asId('service', row?.id ?? newId('service', now))
    const fresh = servesVisitors(plan.kind) ? publicNameOf(plan.name, appName, randomText(6)) : null
    const publicName = row?.publicName ?? fresh
    if (row === undefined) {
      const { name, kind } = plan
      const content = { name, kind, publicName, plan: json(plan), createdAt: now, removedAt: now }
      await tx.service.create({ data: { id, organisationId, environmentId, ...content } })
    } else if (row.publicName !== publicName) {
      await tx.service.update({ where: { id }, data: { publicName } })
    }
    services.push({
      id,
      name: plan.name,
      kind: plan.kind,
      publicName: servesVisitors(plan.kind) ? publicName : null,
    })
  }
  return services
}

/** The services of a release that is healthy now are those of the environment; the others are removed from it. Twice is safe. */
export async function adoptServices(
  tx: Tx,
  { organisationId, environmentId }: Place,
  plans: readonly ServicePlan[],
  clock: Clock,
): Promise<void> {
  const disks = plans.flatMap((plan) => plan.disks)
  await keepTakingSnapshots(tx, { organisationId, environmentId }, disks, clock)
  const adopted = plans.map((plan) => ({ name: plan.name, kind: plan.kind, plan: json(plan) }))
  await tx.$executeRaw`
    update service set
      kind = coalesce(adopted.kind, service.kind), plan = coalesce(adopted.plan, service.plan),
      removed_at = case when adopted.name is null then ${clock.now()}::timestamptz end
    from service known left join jsonb_to_recordset(${JSON.stringify(adopted)}::jsonb)
      as adopted (name text, kind text, plan jsonb) on adopted.name = known.name
    where service.id = known.id and known.organisation_id = ${organisationId} and known.environment_id = ${environmentId}
      and (adopted.name is not null or known.removed_at is null)`
}

/** The services that are part of the environment now, by name. */
export async function servicesOf(tx: Tx, environmentId: EnvironmentId): Promise<Service[]> {
  const rows = await tx.service.findMany({
    where: { environmentId, removedAt: null },
    orderBy: { name: 'asc' },
  })
  return rows.map((row) => {
    const kind = serviceKind.parse(row.kind)
    const publicName = servesVisitors(kind) ? row.publicName : null
    return { id: asId('service', row.id), name: row.name, kind, publicName }
  })
}

const servesVisitors = (kind: Service['kind']) => kind === 'web' || kind === 'static'

/** As the database takes it; a field that is undefined is left out. */
function json(plan: ServicePlan): Prisma.InputJsonObject {
  return {
    ...plan,
    health: plan.health === undefined ? null : { ...plan.health },
    disks: plan.disks.map((disk) => ({ ...disk })),
    why: [...plan.why],
  }
}

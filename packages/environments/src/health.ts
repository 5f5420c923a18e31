import { Prisma } from '@slipway/db'
import { computeKinds, hasHosts } from '@slipway/manifest'
import { z } from 'zod'

/** What a host's row says of its services; the agent told it, so it is parsed and what does not fit is left out. */
const told = z.object({
  serviceId: z.string(),
  state: z.enum(['starting', 'healthy', 'unhealthy', 'crashed', 'stopped']),
  since: z.string(),
  restarts: z.number().int().nonnegative().default(0),
  reason: z.string().optional(),
  releaseId: z.string().optional(),
})

export type ServiceHealth = {
  /** `live`: no host tells of it; it answered when its release was put live, and is not asked since. */
  state: z.infer<typeof told>['state'] | 'live' | 'unknown'
  /** ISO, the host's clock. */
  since: string | null
  restarts: number
  reason: string | null
  releaseId: string | null
}

type HostRow = { state: string; health: unknown }

type EnvironmentRow = { compute: string | null; liveReleaseId: string | null; hosts: readonly HostRow[] }

/** As `hostsJson` says them. */
export const hostsSchema = z.array(z.object({ state: z.string(), health: z.unknown() }))

/** A subquery: what the hosts of an environment told last, as JSON. */
export function hostsJson(environmentId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(
    select coalesce(json_agg(json_build_object('state', state, 'health', health)), '[]')
    from host where environment_id = ${environmentId} and state <> 'gone'
  )`
}

/** As `servicesJson` says them. */
export const servicesSchema = z.array(
  z.object({ id: z.string(), kind: z.string(), publicName: z.string().nullable() }),
)

/** A subquery: the services that are part of an environment now, by name, as JSON. */
export function servicesJson(environmentId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(
    select coalesce(json_agg(
      json_build_object('id', id, 'kind', kind, 'publicName', public_name) order by name
    ), '[]')
    from service where environment_id = ${environmentId} and removed_at is null
  )`
}

/**
 * A service's health by what its hosts told last; unknown while none of them is heard from. Where there are none, by
 * whether a release is live.
 */
export function healthIn(environment: EnvironmentRow, serviceId: string): ServiceHealth {
  const { liveReleaseId } = environment
  if (!isHosted(environment) && liveReleaseId !== null)
    return { state: 'live', since: null, restarts: 0, reason: null, releaseId: liveReleaseId }
  return healthOf(serviceId, environment.hosts)
}

/** Whether instances stand behind an environment, or will with its first deployment. */
export function isHosted({ compute }: { compute: string | null }): boolean {
  const kind = computeKinds.find((one) => one === compute)
  return kind === undefined || hasHosts[kind]
}

function healthOf(serviceId: string, hosts: readonly HostRow[]): ServiceHealth {
  const unknown: ServiceHealth = {
    state: 'unknown',
    since: null,
    restarts: 0,
    reason: null,
    releaseId: null,
  }
  const words = hosts.flatMap((host) => {
    if (host.state !== 'online' || !Array.isArray(host.health)) return []
    return host.health.flatMap((entry) => {
      if (Object(entry).serviceId !== serviceId) return []
      const parsed = told.safeParse(entry)
      return parsed.success ? [parsed.data] : []
    })
  })
  const worst = words.sort((a, b) => severity[b.state] - severity[a.state])[0]
  if (worst === undefined) return unknown
  return {
    state: worst.state,
    since: worst.since,
    restarts: worst.restarts,
    reason: worst.reason ?? null,
    releaseId: worst.releaseId ?? null,
  }
}

const severity = { live: 0, healthy: 0, stopped: 1, starting: 2, unhealthy: 3, crashed: 4 } as const

/** Whether it runs all the time, so that it can be well or not; a cron service has runs. */
export function isStanding({ kind }: { kind: string }): boolean {
  return kind !== 'cron'
}

/** One word for many services: the worst that is known; `none` without services. */
export function overallHealth(each: readonly ServiceHealth[]): ServiceHealth['state'] | 'none' {
  if (each.length === 0) return 'none'
  const known = each.flatMap(({ state }) => (state === 'unknown' ? [] : [state]))
  if (known.length === 0) return 'unknown'
  return known.sort((a, b) => severity[b] - severity[a])[0] ?? 'unknown'
}

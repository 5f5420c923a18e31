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
  state: z.infer<typeof told>['state'] | 'unknown'
  /** ISO, the host's clock. */
  since: string | null
  restarts: number
  reason: string | null
  releaseId: string | null
}

type HostRow = { state: string; health: unknown; lastSeenAt: Date | null }

/** A service's health by what its hosts told last; unknown while none of them is heard from. */
export function healthOf(serviceId: string, hosts: readonly HostRow[]): ServiceHealth {
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
      const parsed = told.safeParse(entry)
      return parsed.success && parsed.data.serviceId === serviceId ? [parsed.data] : []
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

const severity = { healthy: 0, stopped: 1, starting: 2, unhealthy: 3, crashed: 4 } as const

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

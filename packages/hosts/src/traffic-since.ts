import type { EnvironmentId, OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { z } from 'zod'

export type TrafficSince = {
  requests: number
  /** Answers of 500 and above, and requests that got none. */
  errors: number
  /** When the newest minute began that any of its services was measured in; null for none within a day before. */
  newestMinute: Date | null
}

/**
 * What all services of an environment answered in the whole minutes since `from`, counted anew: a host that was cut
 * off tells its minutes later.
 */
export async function trafficSince(
  tx: Tx,
  of: { organisationId: OrganisationId; environmentId: EnvironmentId; from: Date },
): Promise<TrafficSince> {
  const { organisationId, environmentId, from } = of
  const dayBefore = new Date(from.getTime() - 86_400_000)
  const rows = await tx.$queryRaw`
    select coalesce(sum(("values"->>'requests')::bigint) filter (where minute >= ${from}), 0)::float8 as requests,
      coalesce(sum(("values"->>'errors')::bigint) filter (where minute >= ${from}), 0)::float8 as errors,
      max(minute) as "newestMinute"
    from metric_minute
    where organisation_id = ${organisationId} and service_id <> '' and minute >= ${dayBefore}
      and host_id in (select id from host where organisation_id = ${organisationId} and environment_id = ${environmentId})`
  return z.tuple([row]).parse(rows)[0]
}

const row = z.object({ requests: z.number(), errors: z.number(), newestMinute: z.date().nullable() })

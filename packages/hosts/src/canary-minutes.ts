import {
  asId,
  type Clock,
  type DeploymentId,
  type EnvironmentId,
  type HostId,
  type OrganisationId,
  type ServiceId,
} from '@slipway/core'
import { announce, type Tx } from '@slipway/db'
import { type MinuteOfCanary, minuteOfCanary } from '@slipway/protocol'
import { percentileMilliseconds } from './decide/percentile.ts'

/** Minutes that a host claims from further away than this are no minutes of ours. */
const awayMilliseconds = 86_400_000

/**
 * Keeps what a host says of a minute in which two releases served side by side, in place of what it said of it before,
 * and tells whoever looks. The same twice is once.
 */
export async function storeCanaryMinute(
  tx: Tx,
  of: { organisationId: OrganisationId; hostId: HostId; environmentId: string; minute: MinuteOfCanary },
  clock: Clock,
): Promise<void> {
  const { organisationId, hostId, environmentId } = of
  const { deploymentId, serviceId, minute: startsAt, judgement, ...values } = of.minute
  const minute = new Date(startsAt)
  if (Math.abs(minute.getTime() - clock.now().getTime()) > awayMilliseconds) return
  const said = { values, judgement }
  const key = { organisationId, hostId, deploymentId, serviceId, minute }
  await tx.canaryMinute.upsert({
    where: { organisationId_hostId_deploymentId_serviceId_minute: key },
    create: { ...key, ...said },
    update: said,
  })
  await announce(tx, organisationId, `canary:${environmentId}`)
}

/** What one of two releases answered in a minute; null of a minute without requests. */
export type CanarySide = {
  requests: number
  /** Answers of 500 and above, and requests that got none. */
  errors: number
  p50Milliseconds: number | null
  p95Milliseconds: number | null
  p99Milliseconds: number | null
}

/** What two releases of one service answered side by side. Crosses the wire as it is; times are ISO. */
export type Canary = {
  deploymentId: DeploymentId
  serviceId: ServiceId
  /** When the first minute begins. */
  startsAt: string
  /** One after the other; null where the host said nothing of one. */
  minutes: Array<{ percent: number; old: CanarySide; new: CanarySide } | null>
  /** The newest, of all minutes together. */
  judgement: MinuteOfCanary['judgement']
}

const values = minuteOfCanary.pick({ percent: true, old: true, new: true })
const { judgement } = minuteOfCanary.shape

/**
 * The canaries of these deployments, as the hosts of their own environment said them; those without one are left out.
 * Oldest first.
 */
export async function readCanaries(
  tx: Tx,
  of: {
    organisationId: OrganisationId
    deployments: ReadonlyArray<{ id: DeploymentId; environmentId: EnvironmentId }>
  },
): Promise<Canary[]> {
  const { organisationId, deployments } = of
  const rows = await tx.canaryMinute.findMany({
    where: {
      organisationId,
      OR: deployments.map(({ id, environmentId }) => ({ deploymentId: id, host: { environmentId } })),
    },
    orderBy: { minute: 'asc' },
  })
  const canaries = new Map<string, typeof rows>()
  for (const row of rows) {
    // Two hosts never serve one canary: an environment that is made anew has another deployment.
    const key = `${row.deploymentId} ${row.serviceId}`
    canaries.set(key, [...(canaries.get(key) ?? []), row])
  }
  return [...canaries.values()].flatMap((own) => canaryOf(own) ?? [])
}

type Row = {
  deploymentId: string
  serviceId: string
  minute: Date
  values: unknown
  judgement: unknown
}

function canaryOf(rows: readonly Row[]): Canary | undefined {
  const [first, last] = [rows[0], rows.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const start = first.minute.getTime()
  const minutes: Canary['minutes'] = []
  for (const row of rows) {
    const index = Math.round((row.minute.getTime() - start) / 60_000)
    while (minutes.length < index) minutes.push(null)
    const { percent, old, new: newer } = values.parse(row.values)
    minutes[index] = { percent, old: sideOf(old), new: sideOf(newer) }
  }
  return {
    deploymentId: asId('deployment', first.deploymentId),
    serviceId: asId('service', first.serviceId),
    startsAt: first.minute.toISOString(),
    minutes,
    judgement: judgement.parse(last.judgement),
  }
}

function sideOf({ requests, errors, latency }: MinuteOfCanary['old']): CanarySide {
  const within = (share: number) => {
    const milliseconds = percentileMilliseconds(latency, share)
    return milliseconds === null ? null : Math.round(milliseconds * 10) / 10
  }
  return {
    requests,
    errors,
    p50Milliseconds: within(0.5),
    p95Milliseconds: within(0.95),
    p99Milliseconds: within(0.99),
  }
}

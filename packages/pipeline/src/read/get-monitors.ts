import { alarmLine, alarmOf, costOf, showAmount, storedAlarms } from '@slipway/cloud'
import type { Clock, OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import {
  type Environment,
  findEnvironment,
  healthIn,
  isHosted,
  isStanding,
  type ServiceHealth,
} from '@slipway/environments'
import { readMinutes } from '@slipway/hosts'
import {
  minutesNeeded,
  type Standing,
  standOfDisk,
  standOfService,
} from '../monitors/decide/judge-minutes.ts'

/** One monitor of one thing, as it stands now. Times are ISO. */
export type MonitorShown = {
  monitor: 'health' | 'alarm' | Standing['monitor']
  /** Name of the service, instance of the disk, or name of the alarm. */
  of: string
  /** `inconclusive`: too little was seen to tell, which is not "fine". */
  state: Standing['is']
  /** Of the health and the alarm: their own word for it, such as `crashed` or `INSUFFICIENT_DATA`. */
  word: string | null
  /** See `Standing` for what they count; of health and alarm there is none. */
  figure: number | null
  limit: number | null
  /** Null for more than an hour, and where it is not known. */
  since: string | null
  /** When it was last looked at; null for what comes by itself every minute. */
  readAt: string | null
}

export type MonitorsShown = {
  /** In the order in which they are told; none while nothing runs. */
  monitors: MonitorShown[]
  /** What the account pays AWS for one alarm a month, at list prices; null is unknown, not free. */
  alarmMicroDollars: string | null
  /** ISO day. */
  pricesAsOf: string
}

/** What the monitors say of an environment now, and by which limits. Throws not-found. */
export async function getMonitors(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; environment: string },
  clock: Clock,
): Promise<MonitorsShown> {
  return db.inOrganisation(organisationId, async (tx) => {
    const { environment } = await findEnvironment(tx, organisationId, asked.app, asked.environment)
    const price = costOf([alarmLine(environment.region)])
    // All that is watched is measured on a host.
    const isLive = environment.liveReleaseId !== null && isHosted(environment)
    return {
      monitors: isLive ? await monitorsOf(tx, environment, clock.now()) : [],
      alarmMicroDollars: showAmount(price.totalMicroDollars),
      pricesAsOf: price.pricesAsOf,
    }
  })
}

async function monitorsOf(tx: Tx, environment: Environment, now: Date): Promise<MonitorShown[]> {
  const { id: environmentId, organisationId } = environment
  const services = await tx.service.findMany({
    where: { environmentId, removedAt: null },
    orderBy: { name: 'asc' },
  })
  const hosts = await tx.host.findMany({
    where: { environmentId, state: { not: 'gone' } },
    orderBy: { createdAt: 'asc' },
  })
  const from = new Date(now.getTime() - (minutesNeeded + 3) * 60_000)
  const minutes = await readMinutes(tx, { organisationId, environmentId, from, until: now })
  const health = services
    .filter(isStanding)
    .map(({ id, name }) => showHealth(name, healthIn({ ...environment, hosts }, id)))
  const traffic = services
    // Nobody can ask a worker.
    .filter(({ publicName }) => publicName !== null)
    .flatMap(({ id, name }) => standOfService(minutes.services.get(id) ?? [], now).map(show(name)))
  const disks = hosts.map((host) =>
    show(host.instanceId ?? host.id)(standOfDisk(minutes.hosts.get(host.id) ?? [], now)),
  )
  return [...health, ...inOrder(traffic), ...disks, ...(await alarms(tx, environmentId))]
}

const show =
  (of: string) =>
  ({ monitor, is, figure, limit, since }: Standing): MonitorShown => ({
    monitor,
    of,
    state: is,
    word: null,
    figure,
    limit,
    since: since?.toISOString() ?? null,
    readAt: null,
  })

/** All of one monitor together, whatever service they are of. */
function inOrder(shown: MonitorShown[]): MonitorShown[] {
  const monitors = [...new Set(shown.map(({ monitor }) => monitor))]
  return monitors.flatMap((monitor) => shown.filter((one) => one.monitor === monitor))
}

const stateOfHealth = {
  live: 'fine',
  healthy: 'fine',
  starting: 'inconclusive',
  stopped: 'inconclusive',
  unknown: 'inconclusive',
  unhealthy: 'red',
  crashed: 'red',
} as const

function showHealth(of: string, { state, since }: ServiceHealth): MonitorShown {
  const none = { figure: null, limit: null, readAt: null }
  return { monitor: 'health', of, state: stateOfHealth[state], word: state, since, ...none }
}

const stateOfAlarm = {
  OK: 'fine',
  ALARM: 'red',
  INSUFFICIENT_DATA: 'inconclusive',
  GONE: 'inconclusive',
} as const

/** As they were when they were last read; one that was not read yet is not known. */
async function alarms(tx: Tx, environmentId: string): Promise<MonitorShown[]> {
  const stack = await tx.stack.findFirst({
    where: { environmentId, kind: 'server', state: { not: 'deleted' } },
    orderBy: { createdAt: 'desc' },
  })
  const name = stack ? alarmOf(stack.outputs) : undefined
  if (stack === null || name === undefined) return []
  const read = storedAlarms.parse(stack.alarms).find((alarm) => alarm.name === name)
  return [
    {
      monitor: 'alarm',
      of: name,
      state: read === undefined ? 'inconclusive' : stateOfAlarm[read.state],
      word: read?.state ?? null,
      figure: null,
      limit: null,
      since: read?.since ?? null,
      readAt: read?.readAt ?? null,
    },
  ]
}

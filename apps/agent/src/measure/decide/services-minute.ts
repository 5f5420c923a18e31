import type { ServiceId } from '@slipway/core'
import type { MinuteOfHost } from '@slipway/protocol'

type Requests = Pick<MinuteOfHost['services'][number], 'serviceId' | 'requests' | 'errors' | 'latency'>
export type ProcessSeen = {
  key: string
  serviceId: ServiceId
  startedAt: Date
  /** Since the process began. */
  cpuTicks: number
  memoryBytes: number
}

const ticksPerSecond = 100

/**
 * One row for each service: what all its processes used since they were last looked at, and the requests for it, also
 * where no process is left to answer them. During a deployment a service has two processes, and one row of them all.
 */
export function servicesMinute(of: {
  processes: ProcessSeen[]
  requests: Requests[]
  noRequests: (serviceId: ServiceId) => Requests
  /** Ticks of each process when it was last looked at, and when that was. */
  before: { at: Date; ticks: ReadonlyMap<string, number> }
}): MinuteOfHost['services'] {
  const { processes, requests, noRequests, before } = of
  const counted = new Map(requests.map((one) => [one.serviceId, one]))
  const serviceIds = new Set([...processes.map(({ serviceId }) => serviceId), ...counted.keys()])
  return [...serviceIds].map((serviceId) => {
    const own = processes.filter((process) => process.serviceId === serviceId)
    const ticks = own.reduce((sum, process) => sum + ticksSince(process, before), 0)
    return {
      ...(counted.get(serviceId) ?? noRequests(serviceId)),
      cpuMilliseconds: Math.round((ticks * 1000) / ticksPerSecond),
      memoryBytes: own.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    }
  })
}

/** Of a process that an agent before this one started, nobody knows what it used in this minute. */
function ticksSince(
  { key, cpuTicks, startedAt }: ProcessSeen,
  before: { at: Date; ticks: ReadonlyMap<string, number> },
): number {
  const known = before.ticks.get(key) ?? (startedAt >= before.at ? 0 : cpuTicks)
  return Math.max(0, cpuTicks - known)
}

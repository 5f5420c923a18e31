import { readFileSync } from 'node:fs'
import { freemem, totalmem } from 'node:os'
import { asId, type Clock, type ServiceId } from '@slipway/core'
import type { AgentMessage, MinuteOfHost } from '@slipway/protocol'
import { diskOf } from '../deploy/fetch-release.ts'
import type { Host } from '../deploy/host.ts'
import { emptyTally } from '../gate/route.ts'
import { servicesMinute } from './decide/services-minute.ts'

type Metrics = Extract<AgentMessage, { type: 'metrics' }>
/** Minutes that are kept while there is no channel: an hour. */
const keptMinutes = 60

/** The host's own figures and those of its services, a row a minute; kept until they are stored. */
export class Minutes {
  readonly #clock: Clock
  readonly #folder: string
  readonly #host: Host | undefined
  #kept = new Map<string, MinuteOfHost>()
  #send: ((message: Metrics) => boolean) | undefined
  #cpu = cpuTimes()
  #before: { at: Date; ticks: Map<string, number> }
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Clock, folder: string, host: Host | undefined) {
    this.#clock = clock
    this.#before = { at: clock.now(), ticks: new Map() }
    this.#folder = folder
    this.#host = host
  }

  begin(): void {
    const untilNext = 60_000 - (this.#clock.now().getTime() % 60_000)
    this.#timer = setTimeout(() => {
      this.begin()
      // A minute that cannot be measured, while the gate starts anew, is one that nobody sees.
      this.#measure().catch(() => {})
    }, untilNext)
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  connected(send: (message: Metrics) => boolean): void {
    this.#send = send
    for (const minute of this.#kept.values()) send({ type: 'metrics', minute })
  }

  disconnected(): void {
    this.#send = undefined
  }

  stored(minute: string): void {
    this.#kept.delete(minute)
  }

  async #measure(): Promise<void> {
    const minute = new Date(
      Math.floor((this.#clock.now().getTime() - 30_000) / 60_000) * 60_000,
    ).toISOString()
    const disk = await diskOf(this.#folder)
    const row: MinuteOfHost = {
      minute,
      cpuPercent: this.#cpuPercent(),
      memoryBytes: totalmem() - freemem(),
      memoryTotalBytes: totalmem(),
      diskBytes: disk.usedBytes,
      diskTotalBytes: disk.totalBytes,
      services: await this.#services(),
    }
    this.#kept.set(minute, row)
    for (const old of [...this.#kept.keys()].slice(0, -keptMinutes)) this.#kept.delete(old)
    this.#send?.({ type: 'metrics', minute: row })
  }

  async #services(): Promise<MinuteOfHost['services']> {
    if (!this.#host) return []
    const counted = await this.#host.gate.take()
    const groups = this.#host.processes.groups()
    const processes = this.#host.processes.all().map((record) => ({
      key: record.key,
      serviceId: record.service.id,
      startedAt: new Date(record.startedAt),
      cpuTicks: groups.get(record.key)?.cpuTicks ?? 0,
      memoryBytes: groups.get(record.key)?.memoryBytes ?? 0,
    }))
    const before = this.#before
    this.#before = {
      at: this.#clock.now(),
      ticks: new Map(processes.map(({ key, cpuTicks }) => [key, cpuTicks])),
    }
    const requests = counted.map((tally) => ({ ...tally, serviceId: asId('service', tally.serviceId) }))
    const noRequests = (serviceId: ServiceId) => ({ ...emptyTally(serviceId), serviceId })
    return servicesMinute({ processes, requests, noRequests, before })
  }

  #cpuPercent(): number {
    const before = this.#cpu
    this.#cpu = cpuTimes()
    const total = this.#cpu.total - before.total
    return total <= 0
      ? 0
      : Math.min(100, Math.max(0, Math.round((1 - (this.#cpu.idle - before.idle) / total) * 1000) / 10))
  }
}

function cpuTimes(): { total: number; idle: number } {
  try {
    const fields =
      readFileSync('/proc/stat', 'latin1').split('\n')[0]?.trim().split(/\s+/).slice(1).map(Number) ?? []
    return {
      total: fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0),
      idle: (fields[3] ?? 0) + (fields[4] ?? 0),
    }
  } catch {
    return { total: 0, idle: 0 }
  }
}

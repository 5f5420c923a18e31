import type { Clock } from '@slipway/core'
import { asId } from '@slipway/core'
import type { DeploymentSpec, ServiceHealth } from '@slipway/protocol'
import { describeEnding } from '../apps/failures.ts'
import { probeHealth } from '../apps/probe-health.ts'
import type { ProcessRecord } from '../apps/process-record.ts'
import type { Processes } from '../apps/processes.ts'
import { restartDelaySeconds } from './decide/restart-delay.ts'
import type { GateRoutes } from './gate-routes.ts'
import { standingServices } from './standing-services.ts'

const lookMilliseconds = 250
const probeMilliseconds = 10_000
/** As many bad answers in a row make it unhealthy. */
const badProbesMax = 3

type Condition = {
  state: ServiceHealth['state']
  since: Date
  reason?: string
  bad: number
  restarts: number
  dueAt?: number
}
type Options = {
  processes: Processes
  routes: GateRoutes
  clock: Clock
  say(serviceName: string, line: string): void
  start(record: ProcessRecord, restarts: number): Promise<ProcessRecord | undefined>
}

/**
 * Starts again what should run and died, at growing intervals, and asks each service every ten seconds how it
 * is. Rests while a deployment works.
 */
export class KeepRunning {
  onChange: (() => void) | undefined
  readonly #options: Options
  #conditions = new Map<string, Condition>()
  #timer: NodeJS.Timeout | undefined
  #probing: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined

  constructor(options: Options) {
    this.#options = options
  }

  begin(): void {
    this.#timer ??= setInterval(() => void this.#look(), lookMilliseconds)
    this.#probing ??= setInterval(() => void this.#probe(), probeMilliseconds)
    void this.#look()
    void this.#probe()
  }

  /** Nothing is started anew any more once it resolves, nor a route moved. */
  async pause(): Promise<void> {
    clearInterval(this.#timer)
    clearInterval(this.#probing)
    this.#timer = undefined
    this.#probing = undefined
    await this.#looking
  }

  health(spec: DeploymentSpec): ServiceHealth[] {
    const records = this.#options.processes.all().filter((record) => record.isWanted)
    return standingServices(spec).map((service) => {
      const record = records.find((one) => one.service.name === service.name)
      const condition = this.#conditions.get(service.name)
      return {
        serviceId: service.id,
        name: service.name,
        state: record ? (condition?.state ?? 'starting') : 'stopped',
        since: (condition?.since ?? this.#options.clock.now()).toISOString(),
        restarts: condition?.restarts ?? 0,
        ...(condition?.reason ? { reason: condition.reason.slice(0, 1000) } : {}),
        releaseId: spec.release.id,
        deploymentId: record ? asId('deployment', record.deploymentId) : spec.deploymentId,
      }
    })
  }

  async #look(): Promise<void> {
    if (this.#looking || !this.#timer) return
    const { processes } = this.#options
    const look = async () => {
      for (const record of processes.all()) {
        if (this.#timer && record.isWanted && !processes.isAlive(record)) await this.#mend(record)
      }
    }
    this.#looking = look().finally(() => {
      this.#looking = undefined
    })
    await this.#looking
  }

  async #mend(record: ProcessRecord): Promise<void> {
    const { processes, routes, clock, say, start } = this.#options
    const { name, id } = record.service
    const condition = this.#conditionOf(record)
    const now = clock.now()
    if (condition.dueAt === undefined) {
      const ranSeconds = (now.getTime() - Date.parse(record.startedAt)) / 1000
      const delay = restartDelaySeconds(ranSeconds, record.restarts)
      const ending = describeEnding(processes.endingOf(record))
      this.#set(name, {
        ...condition,
        state: 'crashed',
        since: now,
        reason: ending,
        dueAt: now.getTime() + delay * 1000,
        restarts: record.restarts,
      })
      say(name, `${name} died: ${ending}. It is started again${delay > 0 ? ` in ${delay} seconds` : ''}.`)
      if (delay >= 2)
        await routes.move(id, { port: null, words: `It died: ${ending}. It is started again by itself.` })
      return
    }
    if (now.getTime() < condition.dueAt) return
    const ranSeconds = (now.getTime() - Date.parse(record.startedAt)) / 1000
    const restarts = ranSeconds > 600 ? 1 : record.restarts + 1
    const started = await start(record, restarts)
    if (!started) return
    await processes.forget(record)
    this.#set(name, { state: 'starting', since: now, bad: 0, restarts })
    if (started.port !== null) await routes.move(id, { port: started.port })
    setTimeout(() => void this.#probe(), 1000).unref()
  }

  async #probe(): Promise<void> {
    if (!this.#timer) return
    await Promise.all(this.#options.processes.all().map((record) => this.#probeOne(record)))
  }

  async #probeOne(record: ProcessRecord): Promise<void> {
    if (!record.isWanted || !this.#options.processes.isAlive(record)) return
    const probe =
      record.port === null
        ? { state: 'healthy' as const }
        : await probeHealth(record.service, record.port, 5000)
    const condition = this.#conditionOf(record)
    const { name } = record.service
    const now = this.#options.clock.now()
    if (probe.state === 'healthy') {
      if (condition.state !== 'healthy')
        this.#set(name, { state: 'healthy', since: now, bad: 0, restarts: record.restarts })
      else condition.bad = 0
      return
    }
    condition.bad += 1
    const reason = probe.state === 'unhealthy' ? probe.reason : 'nothing listens on its port'
    if (condition.state === 'healthy' && condition.bad >= badProbesMax)
      this.#set(name, { ...condition, state: 'unhealthy', since: now, reason })
  }

  #conditionOf(record: ProcessRecord): Condition {
    const known = this.#conditions.get(record.service.name)
    if (known) return known
    const fresh: Condition = {
      state: 'starting',
      since: new Date(record.startedAt),
      bad: 0,
      restarts: record.restarts,
    }
    this.#conditions.set(record.service.name, fresh)
    return fresh
  }

  #set(name: string, condition: Condition): void {
    this.#conditions.set(name, condition)
    this.onChange?.()
  }
}

import { rmSync } from 'node:fs'
import type { Clock } from '@slipway/core'
import { type DeployedService, type DeploymentSpec, serviceStream } from '@slipway/protocol'
import { z } from 'zod'
import type { LogOutbox } from '../channel/log-outbox.ts'
import { type Home, latestIn, readJson } from '../home.ts'
import { endAboveLimit } from './end-above-limit.ts'
import { readExitCode, waitForExitCode } from './exit-code.ts'
import { appFailures, type Ending } from './failures.ts'
import { ranOutOfMemory, removeCgroup } from './memory-limit.ts'
import { probeHealth } from './probe-health.ts'
import {
  isAlive,
  listeningPorts,
  type ProcessGroup,
  type ProcessRecord,
  processGroups,
  processRecord,
} from './process-record.ts'
import { startProcess } from './start-process.ts'
import { stopProcess } from './stop-process.ts'
import { LogTail, lastLines } from './tail-log.ts'

const stored = z.array(processRecord.extend({ logOffset: z.int().default(0) }))
/** How many of an app's last lines an error shows. */
const lastLineCount = 20
/**
 * An app that answers, and answers badly, for this long is not coming up: requests may be waiting at the gate for
 * it or the old one. One that says 503 is on its way and has its whole time limit.
 */
const badAnswersMilliseconds = 5000

export type ProcessesOptions = {
  home: Home
  environmentId: string
  path: string
  serveCommand: string[]
  logs: LogOutbox
  clock: Clock
}

/** All processes of services on this host, also those that an earlier agent started. */
export class Processes {
  readonly #options: ProcessesOptions
  #records = new Map<string, ProcessRecord>()
  #tails = new Map<string, LogTail>()
  /** Up to where a log is known to be stored: what a next agent need not say again. */
  #storedOffsets = new Map<string, number>()
  #areOffsetsSaved = true
  #killedForMemory = new Set<string>()
  #redact: (text: string) => string = (text) => text
  readonly #save: () => Promise<void>
  #timers: NodeJS.Timeout[] = []

  private constructor(options: ProcessesOptions) {
    this.#options = options
    const asStored = () =>
      this.all().map((record) => ({ ...record, logOffset: this.#storedOffsets.get(record.key) ?? 0 }))
    this.#save = latestIn(options.home.processes, asStored, { durable: false })
  }

  /** Finds again what still runs. Log lines are sent only after `redactWith`, which says what must not be in them. */
  static async adopt(options: ProcessesOptions): Promise<Processes> {
    const processes = new Processes(options)
    for (const { logOffset, ...record } of (await readJson(options.home.processes, stored)) ?? []) {
      if (!isAlive(record) && !record.isWanted) continue
      processes.#records.set(record.key, record)
      processes.#storedOffsets.set(record.key, logOffset)
      processes.#openTail(record, logOffset)
    }
    return processes
  }

  /** What a line may be shown as. */
  redact(text: string): string {
    return this.#redact(text)
  }

  redactWith(redact: (text: string) => string): void {
    this.#redact = redact
    if (this.#timers.length > 0) return
    this.#timers.push(
      setInterval(() => this.#readLogs(), 100),
      setInterval(() => void this.saveOffsets(), 2000),
      setInterval(() => this.#watchMemory(), 500),
    )
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
    for (const tail of this.#tails.values()) tail.close()
  }

  all(): ProcessRecord[] {
    return [...this.#records.values()]
  }

  isAlive(record: ProcessRecord): boolean {
    return isAlive(record)
  }

  async start(
    spec: DeploymentSpec,
    service: DeployedService,
    options: { batch: string; values: Record<string, string>; restarts?: number; isWanted?: boolean },
  ): Promise<ProcessRecord> {
    const { home, path, serveCommand, clock } = this.#options
    const started = await startProcess({
      home,
      path,
      serveCommand,
      service,
      releaseId: spec.release.id,
      releaseNumber: spec.release.number,
      variables: options.values,
      now: clock.now(),
    })
    const record: ProcessRecord = {
      ...started,
      service,
      batch: options.batch,
      deploymentId: spec.deploymentId,
      releaseId: spec.release.id,
      isWanted: options.isWanted ?? false,
      restarts: options.restarts ?? 0,
    }
    this.#records.set(record.key, record)
    this.#openTail(record, 0)
    await this.#save()
    return record
  }

  /** Ends it and forgets it. Safe to repeat. */
  async stop(record: ProcessRecord): Promise<void> {
    await this.setWanted([record], false)
    await stopProcess(record, record.service.stopSeconds)
    await this.forget(record)
  }

  /** Clears what is left of a process that is gone. */
  async forget(record: ProcessRecord): Promise<void> {
    this.#readLogs()
    const tail = this.#tails.get(record.key)
    if (tail) this.#send(record, tail.close(), tail.offset)
    this.#tails.delete(record.key)
    this.#storedOffsets.delete(record.key)
    this.#records.delete(record.key)
    this.#killedForMemory.delete(record.key)
    await this.#save()
    removeCgroup(record.key)
    rmSync(this.#options.home.exit(record.key), { force: true })
    rmSync(this.#options.home.log(record.key), { force: true })
  }

  async setWanted(records: ProcessRecord[], isWanted: boolean): Promise<void> {
    for (const record of records) {
      const known = this.#records.get(record.key)
      if (known) this.#records.set(record.key, { ...known, isWanted })
    }
    await this.#save()
  }

  /** Counts the process as started by another command. */
  async takeInto(record: ProcessRecord, batch: string): Promise<void> {
    this.#records.set(record.key, { ...record, batch })
    await this.#save()
  }

  endingOf(record: ProcessRecord): Ending {
    return {
      code: readExitCode(this.#options.home.exit(record.key)),
      isOutOfMemory: this.#killedForMemory.has(record.key) || ranOutOfMemory(record.key),
    }
  }

  lastLines(record: ProcessRecord): string[] {
    return lastLines(this.#options.home.log(record.key), lastLineCount).map(this.#redact)
  }

  /**
   * Resolves with the milliseconds it took once the service is healthy (a worker: once it runs). Throws the
   * UserError that fits: it ended, was ended for its memory, listens on no port, or never got healthy.
   */
  async waitUntilHealthy(record: ProcessRecord, abort: AbortSignal): Promise<number> {
    const { service, port } = record
    const startedAt = performance.now()
    const sinceStart = () => performance.now() - startedAt
    let reason: string | undefined
    let badSince: number | undefined
    for (;;) {
      abort.throwIfAborted()
      if (!isAlive(record)) {
        await waitForExitCode(this.#options.home.exit(record.key))
        throw appFailures.exited(service, this.endingOf(record), this.#age(record), this.lastLines(record))
      }
      if (port === null) return sinceStart()
      const leftMilliseconds = service.health.timeoutSeconds * 1000 - sinceStart()
      if (leftMilliseconds <= 0) {
        if (reason !== undefined) throw appFailures.neverHealthy(service, reason, this.lastLines(record))
        const pids = processGroups().get(record.pid)?.pids ?? []
        throw appFailures.noPort(service, port, listeningPorts(pids), this.lastLines(record))
      }
      const probe = await probeHealth(service, port, Math.min(5000, Math.max(1000, leftMilliseconds)))
      if (probe.state === 'healthy') return sinceStart()
      if (probe.state === 'unhealthy') reason = probe.reason
      badSince = probe.state === 'unhealthy' && probe.isFinal ? (badSince ?? performance.now()) : undefined
      if (
        reason !== undefined &&
        badSince !== undefined &&
        performance.now() - badSince > badAnswersMilliseconds
      )
        throw appFailures.neverHealthy(service, reason, this.lastLines(record))
      await new Promise((resolve) => setTimeout(resolve, sinceStart() < 5000 ? 5 : 100))
    }
  }

  /** CPU and memory of each process now. */
  groups(): Map<string, ProcessGroup> {
    const groups = processGroups()
    return new Map(
      this.all().flatMap((record) =>
        groups.has(record.pid) ? [[record.key, groups.get(record.pid) ?? empty] as const] : [],
      ),
    )
  }

  #age(record: ProcessRecord): number {
    return Math.max(0, this.#options.clock.now().getTime() - Date.parse(record.startedAt))
  }

  #openTail(record: ProcessRecord, offset: number): void {
    try {
      this.#tails.set(record.key, new LogTail(this.#options.home.log(record.key), offset))
    } catch {
      // Its log was removed by hand: it runs on without one.
    }
  }

  #readLogs(): void {
    for (const record of this.#records.values()) {
      const tail = this.#tails.get(record.key)
      if (!tail) continue
      for (let i = 0; i < 16; i++) {
        const lines = tail.read(this.#options.logs.hasRoom())
        this.#send(record, lines, tail.offset)
        if (lines.length === 0) break
      }
    }
  }

  #send(record: ProcessRecord, lines: string[], offset: number): void {
    if (lines.length === 0) return
    const stream = serviceStream(this.#options.environmentId, record.service.name)
    this.#options.logs.write(
      stream,
      lines.map((text) => ({ text: this.#redact(text), level: 'out' as const })),
      () => {
        this.#storedOffsets.set(record.key, offset)
        this.#areOffsetsSaved = false
      },
    )
  }

  #watchMemory(): void {
    const groups = this.all().length > 0 ? processGroups() : new Map<number, ProcessGroup>()
    for (const record of this.all()) {
      if (endAboveLimit(record.pid, groups.get(record.pid), record.service.memoryMegabytes))
        this.#killedForMemory.add(record.key)
    }
  }

  /** What is stored of the logs, for the next agent. */
  async saveOffsets(): Promise<void> {
    if (this.#areOffsetsSaved) return
    this.#areOffsetsSaved = true
    await this.#save()
  }
}

const empty: ProcessGroup = { pids: [], memoryBytes: 0, cpuTicks: 0 }

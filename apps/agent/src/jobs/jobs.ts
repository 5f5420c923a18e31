import { rmSync } from 'node:fs'
import type { Clock } from '@slipway/core'
import type { DeploymentSpec, LimitedCommand } from '@slipway/protocol'
import { z } from 'zod'
import { endAboveLimit } from '../apps/end-above-limit.ts'
import { waitForExitCode } from '../apps/exit-code.ts'
import type { Ending } from '../apps/failures.ts'
import { ranOutOfMemory, removeCgroup } from '../apps/memory-limit.ts'
import { isAlive, processGroups } from '../apps/process-record.ts'
import { startProcess } from '../apps/start-process.ts'
import { stopProcess } from '../apps/stop-process.ts'
import { LogTail, lastLines } from '../apps/tail-log.ts'
import type { LogOutbox } from '../channel/log-outbox.ts'
import { type Home, latestIn, readJson } from '../home.ts'
import { type JobRecord, jobRecord } from './job-record.ts'

const lookMilliseconds = 100
const lastLineCount = 20
/** From the polite signal to the hard one. */
const stopSeconds = 10

const stored = z.array(jobRecord.extend({ logOffset: z.int() }))

export type JobsOptions = {
  home: Home
  path: string
  logs: LogOutbox
  clock: Clock
  /** What a line may be shown as. */
  redact(text: string): string
}

export type JobRequest = LimitedCommand & {
  id: string
  /** Whose HOME it has, and what it reads as its service. */
  name: string
  stream: string
  memoryMegabytes?: number | undefined
  /** As the agent's own user, and not as that of the apps. */
  isRoot?: boolean
}

export type JobEnd = Ending & { isTimedOut: boolean; seconds: number; lastLines: string[] }

/**
 * The commands of an app that end by themselves: release commands, runs of cron services, what a person runs. Each is a
 * process of its own that outlives the agent, and how it ended is written down by its shell, so that the next agent
 * goes on where this one left.
 */
export class Jobs {
  readonly #options: JobsOptions
  #records = new Map<string, JobRecord>()
  #offsets = new Map<string, number>()
  readonly #save: () => Promise<void>

  private constructor(options: JobsOptions) {
    this.#options = options
    const asStored = () =>
      this.all().map((record) => ({ ...record, logOffset: this.#offsets.get(record.id) ?? 0 }))
    this.#save = latestIn(options.home.jobs, asStored, { durable: false })
  }

  static async adopt(options: JobsOptions): Promise<Jobs> {
    const jobs = new Jobs(options)
    for (const { logOffset, ...record } of (await readJson(options.home.jobs, stored)) ?? []) {
      jobs.#records.set(record.id, record)
      jobs.#offsets.set(record.id, logOffset)
    }
    return jobs
  }

  all(): JobRecord[] {
    return [...this.#records.values()]
  }

  /** Starts a command; one of the same id that was begun before, also by an earlier agent, is left as it is. */
  async start(
    request: JobRequest,
    { spec, values }: { spec: DeploymentSpec; values: Record<string, string> },
  ): Promise<void> {
    if (this.#records.has(request.id)) return
    const { home, path, clock } = this.#options
    const { id, name, run, root, stream, timeoutSeconds, memoryMegabytes, isRoot } = request
    const { port: _none, ...started } = await startProcess({
      home,
      path,
      serveCommand: [],
      service: { name, kind: 'cron', run, root, memoryMegabytes },
      releaseId: spec.release.id,
      releaseNumber: spec.release.number,
      variables: values,
      isRoot,
      now: clock.now(),
    })
    const record = { ...started, id, stream, timeoutSeconds, memoryMegabytes, releaseId: spec.release.id }
    this.#records.set(id, record)
    await this.#save()
  }

  /**
   * How a command that was started ends; any number of agents may ask, one after the other. Ends it where `signal` fires,
   * and throws its reason. It is known until `forget`.
   */
  async ended(id: string, signal: AbortSignal): Promise<JobEnd> {
    const record = this.#records.get(id)
    if (record === undefined) throw new Error(`${id} was never started`)
    const tail = this.#openTail(record)
    const deadline = Date.parse(record.startedAt) + record.timeoutSeconds * 1000
    let [isTimedOut, isOutOfMemory] = [false, false]
    try {
      while (isAlive(record)) {
        this.#readLog(record, tail)
        isOutOfMemory ||= endAboveLimit(record.pid, processGroups().get(record.pid), record.memoryMegabytes)
        isTimedOut = this.#options.clock.now().getTime() >= deadline
        if (isTimedOut || signal.aborted) await stopProcess(record, stopSeconds)
        else await new Promise((resolve) => setTimeout(resolve, lookMilliseconds))
      }
    } finally {
      this.#readLog(record, tail)
      if (tail) this.#say(record, tail.close(), tail.offset)
    }
    signal.throwIfAborted()
    const { home, clock } = this.#options
    return {
      code: await waitForExitCode(home.exit(record.key)),
      isOutOfMemory: isOutOfMemory || ranOutOfMemory(record.key),
      isTimedOut,
      seconds: Math.max(0, Math.round((clock.now().getTime() - Date.parse(record.startedAt)) / 1000)),
      lastLines: lastLines(home.log(record.key), lastLineCount).map(this.#options.redact),
    }
  }

  /** Ends it where it still runs, and clears what is left of it. Safe to repeat. */
  async forget(id: string): Promise<void> {
    const record = this.#records.get(id)
    if (record === undefined) return
    await stopProcess(record, stopSeconds)
    this.#records.delete(id)
    this.#offsets.delete(id)
    await this.#save()
    const { home } = this.#options
    removeCgroup(record.key)
    rmSync(home.exit(record.key), { force: true })
    rmSync(home.log(record.key), { force: true })
  }

  #openTail(record: JobRecord): LogTail | undefined {
    try {
      return new LogTail(this.#options.home.log(record.key), this.#offsets.get(record.id) ?? 0)
    } catch {
      // Its log was removed by hand: it runs on without one.
      return undefined
    }
  }

  #readLog(record: JobRecord, tail: LogTail | undefined): void {
    for (;;) {
      const lines = tail?.read(this.#options.logs.hasRoom()) ?? []
      if (lines.length === 0) return
      this.#say(record, lines, tail?.offset ?? 0)
    }
  }

  #say(record: JobRecord, lines: string[], offset: number): void {
    if (lines.length === 0) return
    const { logs, redact } = this.#options
    logs.write(
      record.stream,
      lines.map((text) => ({ text: redact(text), level: 'out' as const })),
      () => {
        if (!this.#records.has(record.id)) return
        this.#offsets.set(record.id, offset)
        void this.#save()
      },
    )
  }
}

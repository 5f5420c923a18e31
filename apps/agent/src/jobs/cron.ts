import { type Clock, type Log, newId } from '@slipway/core'
import { nextTick } from '@slipway/manifest'
import {
  type DeployedService,
  type DeploymentSpec,
  type RunReport,
  runReport,
  serviceStream,
} from '@slipway/protocol'
import { z } from 'zod'
import { latestIn, readJson } from '../home.ts'
import { type DueRun, whatIsDue } from './decide/what-is-due.ts'
import type { Jobs } from './jobs.ts'

const lookMilliseconds = 1000

const state = z.object({
  /** Up to when each service was looked at, by its name. */
  since: z.record(z.string(), z.iso.datetime()),
  /** Runs that were begun and whose end is not known yet. */
  open: z.array(runReport),
})

export type CronOptions = {
  jobs: Jobs
  file: string
  clock: Clock
  report(run: RunReport): Promise<void>
  say(serviceName: string, line: string): void
  log: Log
}
type Current = { spec: DeploymentSpec; values: Record<string, string> }
type CronService = DeployedService & { cron: NonNullable<DeployedService['cron']> }

/**
 * Runs the cron services of the release that serves, each when it is due, and needs nothing of Slipway for it. What is due
 * is written down before it is begun, so that an agent that takes over neither runs it again nor forgets it.
 */
export class Cron {
  readonly #options: CronOptions
  readonly #since: Map<string, Date>
  readonly #open = new Map<string, { run: RunReport; control: AbortController }>()
  #current: Current | undefined
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  readonly #save: () => Promise<void>

  private constructor(options: CronOptions, since: Map<string, Date>) {
    this.#options = options
    this.#since = since
    const asStored = (): z.input<typeof state> => ({
      since: Object.fromEntries([...this.#since].map(([name, at]) => [name, at.toISOString()])),
      open: [...this.#open.values()].map(({ run }) => run),
    })
    this.#save = latestIn(options.file, asStored)
  }

  /**
   * Learns what an earlier agent began. Nothing is begun or followed until `use`: what a run says may hold secrets, which
   * are known by then.
   */
  static async adopt(options: CronOptions): Promise<Cron> {
    const { since, open } = (await readJson(options.file, state)) ?? { since: {}, open: [] }
    const cron = new Cron(options, new Map(Object.entries(since).map(([name, at]) => [name, new Date(at)])))
    const known = new Set(options.jobs.all().map(({ id }) => id))
    for (const run of open) {
      if (known.has(jobId(run))) cron.#open.set(run.id, { run, control: new AbortController() })
      // It was written down, and the agent ended before it was begun.
      else await options.report({ ...run, state: 'missed', missed: 1 })
    }
    return cron
  }

  /** From now on what this release names is run, with these values. A service that is new is first due after now. */
  use(spec: DeploymentSpec, values: Record<string, string>): void {
    const now = this.#options.clock.now()
    const names = cronServices(spec).map(({ name }) => name)
    for (const name of this.#since.keys()) if (!names.includes(name)) this.#since.delete(name)
    for (const name of names) if (!this.#since.has(name)) this.#since.set(name, now)
    if (this.#current === undefined) for (const { run } of [...this.#open.values()]) this.#follow(run)
    this.#current = { spec, values }
    this.#save().catch((error: unknown) => this.#complain(error))
    this.#timer ??= setInterval(() => this.#lookSoon(), lookMilliseconds)
    this.#lookSoon()
  }

  /** Nothing new is begun any more once it resolves; what runs goes on. */
  async pause(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#looking
    await this.#save()
  }

  #lookSoon(): void {
    this.#looking = this.#looking.then(() => this.#look()).catch((error: unknown) => this.#complain(error))
  }

  async #look(): Promise<void> {
    if (this.#current === undefined || this.#timer === undefined) return
    const now = this.#options.clock.now()
    for (const service of cronServices(this.#current.spec)) {
      const since = this.#since.get(service.name) ?? now
      const { upTo, missed, run } = whatIsDue((after) => nextTick(service.cron, after), since, now)
      if (upTo === undefined) continue
      this.#since.set(service.name, upTo)
      if (missed !== undefined) await this.#sayMissed(service, missed)
      if (run !== undefined) await this.#begin(service, run, this.#current)
      else await this.#save()
    }
  }

  async #sayMissed(service: CronService, { dueAt, count }: DueRun): Promise<void> {
    const words = count === 1 ? 'A run was' : `${count} runs were`
    this.#options.say(
      service.name,
      `${words} missed: this host was away. The last was due at ${dueAt.toISOString()}.`,
    )
    await this.#options.report({ ...this.#runOf(service, dueAt), state: 'missed', missed: count })
  }

  async #begin(service: CronService, { dueAt }: DueRun, current: Current): Promise<void> {
    const { jobs, clock, report, say } = this.#options
    const before = [...this.#open.values()].filter(({ run }) => run.serviceId === service.id)
    const run = this.#runOf(service, dueAt)
    if (before.length > 0 && service.cron.overlap === 'skip') {
      await this.#save()
      say(service.name, 'Skipped: the run before still goes on.')
      return report({ ...run, state: 'skipped' })
    }
    if (service.cron.overlap === 'replace') for (const { control } of before) control.abort()
    const begun: RunReport = { ...run, state: 'running', startedAt: clock.now().toISOString() }
    this.#open.set(run.id, { run: begun, control: new AbortController() })
    await this.#save()
    try {
      await jobs.start(
        {
          id: jobId(run),
          name: service.name,
          run: service.run,
          root: service.root,
          stream: serviceStream(current.spec.environmentId, service.name),
          timeoutSeconds: service.cron.timeoutSeconds,
          memoryMegabytes: service.memoryMegabytes,
        },
        current,
      )
    } catch (error) {
      say(service.name, `It could not be started: ${error instanceof Error ? error.message : String(error)}.`)
      return this.#end(begun, { state: 'failed' })
    }
    await report(begun)
    this.#follow(begun)
  }

  #follow(run: RunReport): void {
    const signal = this.#open.get(run.id)?.control.signal
    if (signal === undefined) return
    this.#untilEnd(run, signal)
      .then((end) => this.#end(run, end))
      .catch((error: unknown) => this.#complain(error))
  }

  async #end(run: RunReport, end: Pick<RunReport, 'state' | 'code'>): Promise<void> {
    const { jobs, clock, report } = this.#options
    this.#open.delete(run.id)
    await report({ ...run, ...end, endedAt: clock.now().toISOString() })
    await this.#save()
    await jobs.forget(jobId(run))
  }

  /** Such as a disk that is full: the agent and what else is due go on. */
  #complain(error: unknown): void {
    this.#options.log.error({ error: String(error) }, 'a cron service could not be seen to')
  }

  async #untilEnd(run: RunReport, signal: AbortSignal): Promise<Pick<RunReport, 'state' | 'code'>> {
    try {
      const { code = null, isTimedOut } = await this.#options.jobs.ended(jobId(run), signal)
      if (isTimedOut) return { state: 'timed-out', code }
      return { state: code === 0 ? 'succeeded' : 'failed', code }
    } catch (error) {
      if (signal.aborted) return { state: 'replaced' }
      throw error
    }
  }

  #runOf(service: CronService, dueAt: Date): Omit<RunReport, 'state'> {
    const { clock } = this.#options
    const releaseId = this.#current?.spec.release.id
    if (releaseId === undefined) throw new Error('nothing is deployed')
    return { id: newId('run', clock.now()), serviceId: service.id, releaseId, dueAt: dueAt.toISOString() }
  }
}

const jobId = ({ id }: Pick<RunReport, 'id'>) => `cron:${id}`

function cronServices(spec: DeploymentSpec): CronService[] {
  return spec.services.flatMap((service) =>
    service.kind === 'cron' && service.cron !== undefined ? [{ ...service, cron: service.cron }] : [],
  )
}

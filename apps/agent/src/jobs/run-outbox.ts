import { type AgentMessage, type RunReport, runReport } from '@slipway/protocol'
import { z } from 'zod'
import { latestIn, readJson } from '../home.ts'

type RunMessage = Extract<AgentMessage, { type: 'run' }>
/** Runs that are kept while there is no channel: of a service that runs each minute, most of a day. */
const keptRuns = 1000

/** What happened to runs of cron services, on its way to the api: on disk until it is stored, the newest of each run. */
export class RunOutbox {
  #kept = new Map<string, RunMessage>()
  #next = 0
  #send: ((message: RunMessage) => boolean) | undefined
  readonly #save: () => Promise<void>

  private constructor(file: string) {
    this.#save = latestIn(file, () => [...this.#kept.values()].map(({ run }) => run))
  }

  static async open(file: string): Promise<RunOutbox> {
    const outbox = new RunOutbox(file)
    for (const run of (await readJson(file, z.array(runReport))) ?? []) outbox.#keep(run)
    return outbox
  }

  /** Resolves once it is on disk. */
  async report(run: RunReport): Promise<void> {
    const message = this.#keep(run)
    for (const old of [...this.#kept.keys()].slice(0, -keptRuns)) this.#kept.delete(old)
    await this.#save()
    this.#send?.(message)
  }

  connected(send: (message: RunMessage) => boolean): void {
    this.#send = send
    for (const message of this.#kept.values()) send(message)
  }

  disconnected(): void {
    this.#send = undefined
  }

  async stored(sequence: number): Promise<void> {
    for (const [id, message] of this.#kept) if (message.sequence === sequence) this.#kept.delete(id)
    await this.#save()
  }

  #keep(run: RunReport): RunMessage {
    const message: RunMessage = { type: 'run', sequence: this.#next++, run }
    this.#kept.delete(run.id)
    this.#kept.set(run.id, message)
    return message
  }
}

import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { asId, type Log, UserError, type UserErrorFields } from '@slipway/core'
import {
  type AgentMessage,
  type ApiMessage,
  type CommandOutcome,
  type HostCommand,
  userErrorFields,
} from '@slipway/protocol'
import { z } from 'zod'
import { hostFailures } from '../apps/failures.ts'
import { type Home, readJson, writeJson } from '../home.ts'

export type Command = Extract<ApiMessage, { type: 'command' }>
/** Where it is, and what went wrong where that is being undone. */
export type Progress = (phase: string, detail?: string, error?: UserErrorFields) => void
export type Execute = (
  command: Command,
  progress: Progress,
  signal: AbortSignal,
) => Promise<z.infer<typeof output>>

const output = z.record(z.string(), z.json())
const outcome = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), output }),
  z.object({ ok: z.literal(false), error: userErrorFields }),
])
const done = z.object({ id: z.string(), outcome, isStored: z.boolean() })
const fenceFile = z.object({ fence: z.int() })
/** Results that are kept so that a command that comes again is answered and not done again. */
const keptResults = 200
/** Builds share a runner, and so do steps, which need not wait for builds; what changes a host is done one after the other. */
const sideBySideMax = 2
/** What changes nothing of what a host runs: it waits for no deployment, and for no fence. */
const sideBySide = ['build', 'step', 'site', 'datadog', 'run'] as const

export type CommandRunnerOptions = {
  home: Home
  execute: Execute
  /** What the last start of the agent left comes first; it may be the very command that comes again. */
  ready: Promise<void>
  say(message: AgentMessage): boolean
  log: Log
}

/**
 * Does each command once. Its result is on disk before it is sent and is sent until it is stored; a command
 * that changes the host and is older than one that was seen is refused.
 */
export class CommandRunner {
  readonly #options: CommandRunnerOptions
  #running = new Map<string, AbortController>()
  #results = new Map<string, z.infer<typeof done>>()
  #fence = 0
  #changes: Promise<unknown> = Promise.resolve()
  readonly #turns = new Map<HostCommand['kind'], ReturnType<typeof turns>>(
    sideBySide.map((kind) => [kind, turns(sideBySideMax)]),
  )

  private constructor(options: CommandRunnerOptions) {
    this.#options = options
  }

  static async open(options: CommandRunnerOptions): Promise<CommandRunner> {
    const runner = new CommandRunner(options)
    const { home } = options
    runner.#fence = (await readJson(home.fence, fenceFile))?.fence ?? 0
    const files = await readdir(home.commands).catch(() => [])
    const aged = await Promise.all(
      files
        .filter((name) => name.endsWith('.json'))
        .map(async (name) => ({ name, at: (await stat(path.join(home.commands, name))).mtimeMs })),
    )
    aged.sort((a, b) => b.at - a.at)
    for (const [index, { name }] of aged.entries()) {
      const file = path.join(home.commands, name)
      const result = await readJson(file, done)
      if (result && index < keptResults) runner.#results.set(result.id, result)
      else await rm(file, { force: true })
    }
    return runner
  }

  get isBusy(): boolean {
    return this.#running.size > 0
  }

  receive(command: Command): void {
    this.#receive(command).catch((error: unknown) =>
      this.#options.log.error({ error: String(error), id: command.id }, 'a command failed to be kept'),
    )
  }

  /** A channel is there: what is not known to be stored is said again. */
  connected(): void {
    for (const result of this.#results.values()) if (!result.isStored) this.#sayResult(result)
  }

  async stored(id: string): Promise<void> {
    const result = this.#results.get(id)
    if (!result || result.isStored) return
    this.#results.set(id, { ...result, isStored: true })
    await writeJson(this.#options.home.command(id), { ...result, isStored: true })
    await this.#forgetOldest()
  }

  /** A monitor is asked each minute, and an agent runs for months. */
  async #forgetOldest(): Promise<void> {
    const stored = [...this.#results.values()].filter(({ isStored }) => isStored)
    for (const { id } of stored.slice(0, -keptResults)) {
      this.#results.delete(id)
      await rm(this.#options.home.command(id), { force: true })
    }
  }

  /** The result of a command that another start of the agent had begun. */
  async finish(id: string, ending: CommandOutcome): Promise<void> {
    const result = { id, outcome: ending, isStored: false }
    this.#results.set(id, result)
    await writeJson(this.#options.home.command(id), result)
    this.#sayResult(result)
  }

  /** A command that came in words which this agent does not know. Kept nowhere: asked again, it is answered again. */
  unknown(id: string): void {
    this.#sayResult({
      id,
      outcome: { ok: false, error: hostFailures.unknownCommand().fields },
      isStored: false,
    })
  }

  cancel(id: string): void {
    this.#running.get(id)?.abort(hostFailures.cancelled())
  }

  async #receive(command: Command): Promise<void> {
    const { id } = command
    const known = this.#results.get(id)
    if (known) return this.#sayResult(known)
    this.#options.say({ type: 'accepted', id })
    if (this.#running.has(id)) return
    const control = new AbortController()
    this.#running.set(id, control)
    const timer = setTimeout(() => control.abort(hostFailures.expired()), command.deadlineSeconds * 1000)
    try {
      const run = async () => {
        await this.#options.ready
        return (
          this.#results.get(id)?.outcome ??
          (await this.#refusal(command)) ??
          this.#execute(command, control.signal)
        )
      }
      await this.finish(id, await this.#inTurn(command.command, run))
    } finally {
      clearTimeout(timer)
      this.#running.delete(id)
    }
  }

  /** In its turn, so that the order of arrival decides. The number is on disk before anything is done under it. */
  async #refusal({ command, fence }: Command): Promise<CommandOutcome | undefined> {
    // A stop that names a command ends that one only, whatever was sent since.
    const isStopOfOne = command.kind === 'stop' && command.commandId !== undefined
    if (this.#turns.has(command.kind) || isStopOfOne) return undefined
    if (fence < this.#fence) return { ok: false, error: hostFailures.fenceTooOld(fence, this.#fence).fields }
    if (fence > this.#fence) {
      this.#fence = fence
      await writeJson(this.#options.home.fence, { fence })
    }
    return undefined
  }

  async #execute(command: Command, signal: AbortSignal): Promise<CommandOutcome> {
    const { execute, say, log } = this.#options
    const { id } = command
    try {
      signal.throwIfAborted()
      const progress: Progress = (phase, detail, failing) =>
        void say({
          type: 'progress',
          id,
          phase,
          ...(detail ? { detail } : {}),
          ...(failing && { error: failing }),
        })
      return { ok: true, output: await execute(command, progress, signal) }
    } catch (error) {
      if (error instanceof UserError) return { ok: false, error: error.fields }
      // What an abort broke off reports the break, not its reason.
      if (signal.aborted && signal.reason instanceof UserError)
        return { ok: false, error: signal.reason.fields }
      log.error({ error: error instanceof Error ? error.stack : String(error), id }, 'a command failed')
      return { ok: false, error: unexpected(error) }
    }
  }

  /** A cancel goes at once; what changes nothing up to two of a kind at a time; what changes the host in the order of arrival. */
  async #inTurn<T>(command: HostCommand, run: () => Promise<T>): Promise<T> {
    if (command.kind === 'stop' && command.commandId) return run()
    const inTurn = this.#turns.get(command.kind)
    if (inTurn !== undefined) return inTurn(run)
    const turn = this.#changes.then(run, run)
    this.#changes = turn.catch(() => {})
    return turn
  }

  #sayResult({ id, outcome: ending }: z.infer<typeof done>): void {
    this.#options.say({ type: 'result', id: asId('hostCommand', id), outcome: ending })
  }
}

/** Runs at most so many at a time, the others in the order of arrival. */
function turns(max: number): <T>(run: () => Promise<T>) => Promise<T> {
  let free = max
  const waiting: Array<() => void> = []
  return async (run) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

function unexpected(error: unknown) {
  return new UserError({
    code: 'host-failed',
    kind: 'failed',
    what: 'The host met an error that it does not know.',
    why:
      error instanceof Error
        ? `${error.name}: ${error.message}`.slice(0, 2000)
        : String(error).slice(0, 2000),
    todo: 'Try again. If it happens again, it is a bug of ours: report it with this text.',
  }).fields
}

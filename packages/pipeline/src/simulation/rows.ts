import type { EnvironmentId, ExecutionId, ReleaseId } from '@slipway/core'
import { type Effect, effectId } from '../decide/effect.ts'
import type { ExecutionEvent } from '../decide/event.ts'
import type { Execution } from '../decide/execution.ts'
import type { Guard } from './guards.ts'
import type { Moment } from './moment.ts'
import type { Reading } from './outside.ts'

/** A commit of the app. The same one may be pushed again, by a force-push or a branch that moves back. */
export type Commit = { sha: string; badSince: Moment | null }
export type Release = { id: ReleaseId; commit: Commit; number: number }

type EventRow = { event: ExecutionEvent; key: string | null; isConsumed: boolean }
export type ExecutionRow = {
  id: ExecutionId
  commit: Commit
  /** When a person let a bad commit in knowingly; null where nobody did. */
  letInAt: Moment | null
  state: Execution | undefined
  /** When its end was written, by the database's clock; what ended it may have been said before. */
  endedAt: Moment | null
  events: EventRow[]
}

export type Job =
  | { name: 'advance' }
  /** `timer` is set where a look was asked for ahead of time, as in look.ts. */
  | { name: 'effect'; id: ExecutionId; effect: Effect; timer?: Moment }
  | ({ name: 'rehearse'; timer?: Moment } & Rehearsal)
  | { name: 'expire-command'; commandId: number }

/** One environment of a rehearsal, with place and attempt of its check. */
export type Rehearsal = { id: ExecutionId; path: string; attempt: number; environmentId: EnvironmentId }
/** A job that runs steps, which what they wait for runs again. */
export type Wake = Exclude<Job, { name: 'expire-command' }>

export type OutboxRow = {
  id: number
  job: Job
  key: string | null
  dueAt: Moment
  queuedAt: Moment | null
  claimedUntil: Moment
  attempts: number
  ended: 'done' | 'set-aside' | null
}

type Lease = { holder: string; fence: number; until: Moment }

export type Deployment = {
  id: string
  executionId: ExecutionId
  path: string
  attempt: number
  environmentId: EnvironmentId
  release: Release
  before: Release | null
  fence: number
  status: 'running' | 'healthy' | 'failed' | 'cancelled'
  startedAt: Moment
  /** Which way of a rehearsal it is, and the place of its check; null for what is deployed to stay. */
  rehearsal: { of: Rehearsal; way: 'back' | 'forward' } | null
}

export type Outcome = { ok: true } | { ok: false; code: string }
export type Command = {
  id: number
  environmentId: EnvironmentId
  kind: 'deploy' | 'stop'
  deploymentId: string
  /** What a stop stops. */
  stops: number | null
  release: Release
  fence: number
  /** The host may find it red under visitors, and goes back by itself. */
  isWatched: boolean
  toldAt: Moment
  deadline: Moment
  sentAt: Moment | null
  /** What it was found red for, while it is being undone. */
  red: string | null
  outcome: Outcome | null
  wake: Wake
}

/** What the steps of one place remember: that the account is ready, and which command was sent. */
type Steps = { waitUntil: Moment | null; readyAt: Moment | null; commandId: number | null }

export type EnvironmentRow = { id: EnvironmentId; live: Release | null; isRemoved: boolean }

/**
 * The rows of one app in memory. Every method is one transaction: it happens as a whole or not at all, and nobody is
 * between. That is what the lock of the app's pipeline gives the real ones, so that a crash inside of a transaction
 * is the same as one before it. What is not one transaction there is more than one call here.
 */
export class Rows {
  now: Moment = Date.parse('2026-11-24T10:00:00Z')
  /** Grows whenever an execution, a deployment or a host has changed, so that what has not is not looked at again. */
  version = 0
  readonly executions = new Map<ExecutionId, ExecutionRow>()
  readonly releases = new Map<ReleaseId, Release>()
  readonly environments = new Map<EnvironmentId, EnvironmentRow>()
  readonly deployments = new Map<string, Deployment>()
  readonly commands: Command[] = []
  readonly leases = new Map<string, Lease>()
  readonly steps = new Map<string, Steps>()
  readonly held = new Set<string>()
  readonly effectIds = new Set<string>()
  /** What each bake passed on. */
  readonly bakes: { id: ExecutionId; readings: Reading[]; at: Moment }[] = []
  open: OutboxRow[] = []
  /** After their last attempt. */
  readonly setAside: Job[] = []
  private rowCount = 0
  private readonly guarded: ReadonlySet<Guard>

  constructor(guarded: ReadonlySet<Guard>) {
    this.guarded = guarded
  }

  has(guard: Guard): boolean {
    return this.guarded.has(guard)
  }

  execution(id: ExecutionId): ExecutionRow {
    const row = this.executions.get(id)
    if (row === undefined) throw new Error(`no execution ${id}`)
    return row
  }

  enqueue(job: Job, options: { key?: string; dueAt?: Moment } = {}): void {
    const { key = null, dueAt = 0 } = options
    if (key !== null && this.open.some((row) => row.key === key)) return
    this.rowCount += 1
    this.open.push({
      id: this.rowCount,
      job,
      key,
      dueAt,
      queuedAt: null,
      claimedUntil: 0,
      attempts: 0,
      ended: null,
    })
  }

  enqueueEffect(id: ExecutionId, effect: Effect): void {
    const key = effectId(id, effect)
    if (this.effectIds.has(key)) throw new Error(`the effect ${key} was asked for twice`)
    this.effectIds.add(key)
    const job: Job = { name: 'effect', id, effect }
    this.enqueue(job, effect.type === 'timer' ? { key, dueAt: Date.parse(effect.dueAt) } : { key })
  }

  /** As recordEvent does: once for each key. Answers whether it was new. */
  record(id: ExecutionId, event: ExecutionEvent, key: string | null): boolean {
    const row = this.execution(id)
    if (key !== null && row.events.some((said) => said.key === key)) return false
    row.events.push({ event, key, isConsumed: false })
    this.version += 1
    this.enqueue({ name: 'advance' })
    return true
  }

  end(row: OutboxRow, how: 'done' | 'set-aside'): void {
    row.ended = how
    if (how === 'set-aside') this.setAside.push(row.job)
    this.open = this.open.filter((each) => each !== row)
  }

  takeLease(name: string, holder: string, seconds: number): Lease | undefined {
    const held = this.leases.get(name)
    if (held !== undefined && held.holder !== holder && held.until > this.now) return undefined
    const fence = held === undefined ? 1 : held.holder === holder ? held.fence : held.fence + 1
    const lease = { holder, fence, until: this.now + seconds * 1000 }
    this.leases.set(name, lease)
    return lease
  }

  /** With nobody in between. Undefined where `from` does not hold it. */
  handOverLease(name: string, from: string, to: string, seconds: number): Lease | undefined {
    const held = this.leases.get(name)
    if (held?.holder !== from) return undefined
    const lease = { holder: to, fence: held.fence + 1, until: this.now + seconds * 1000 }
    this.leases.set(name, lease)
    return lease
  }

  releaseLease(name: string, holder: string): void {
    const held = this.leases.get(name)
    if (held?.holder === holder) this.leases.set(name, { ...held, holder: '', until: this.now })
  }

  stepsOf(place: string): Steps {
    const known = this.steps.get(place)
    if (known !== undefined) return known
    const fresh = { waitUntil: null, readyAt: null, commandId: null }
    this.steps.set(place, fresh)
    return fresh
  }
}

import type { EnvironmentId } from '@slipway/core'
import type { Stage } from '../decide/execution.ts'
import { targetsOf } from '../decide/places.ts'
import { type Guard, guards } from './guards.ts'
import { Host } from './host.ts'
import { giveUp, type Witness, workOf } from './jobs.ts'
import type { Moment } from './moment.ts'
import { Outside } from './outside.ts'
import type { OutboxRow } from './rows.ts'
import { Rows } from './rows.ts'
import type { Seed } from './seed.ts'
import { exclusiveSeconds, type Session, type Work } from './session.ts'
import { type Stages, withGenerated } from './shapes.ts'

/** A job that runs in a worker. Stalled, it does nothing and renews nothing until then. */
type Process = { worker: number; holder: string; row: OutboxRow; work: Work; stalledUntil: Moment }

/** A job throws this when a fault says so. */
class Broken extends Error {}

const workers = 2
/** As relay.ts: handed over so long ago without anybody working on it, a row was lost. */
const lostSeconds = 10
const claimSeconds = 15
const attemptsMax = 8
/** Mostly as clocks are that are kept; in a part of the lives as one is that is not. */
const skewMilliseconds = { kept: 50, apart: 3000 }
/** A host that lost its connection comes back within this. */
const awaySecondsMax = 600
/** A step takes so long at most. */
const stepMillisecondsMax = 50

/**
 * Everything in one thread: rows, relay, a queue, two workers, hosts. Who goes on next is the seed's choice, one step at
 * a time; where nobody can, time moves to when somebody can.
 */
export class World {
  readonly rows: Rows
  readonly outside = new Outside()
  readonly hosts = new Map<EnvironmentId, Host>()
  readonly seed: Seed
  readonly shape: Stages
  /** Ids of rows whose job throws, whoever runs it. */
  readonly poisoned = new Set<number>()
  readonly reconnectAt = new Map<EnvironmentId, Moment>()
  /** What was handed over, as Redis has it. */
  queue: number[] = []
  processes: Process[] = []
  private processCount = 0
  private sweptAt: Moment
  /** By how many milliseconds the clock of each worker is ahead of the database's. */
  readonly skews: number[]
  private readonly witness: Witness

  constructor(seed: Seed, shape: Stages, witness: Witness, without: readonly Guard[] = []) {
    this.seed = seed
    this.shape = shape
    this.witness = witness
    this.rows = new Rows(new Set(guards.filter((guard) => !without.includes(guard))))
    this.sweptAt = this.rows.now
    const skew = seed.chance(300) ? skewMilliseconds.apart : skewMilliseconds.kept
    this.skews = Array.from({ length: workers }, () => seed.below(2 * skew) - skew)
    for (const { waves } of withGenerated(shape)) {
      for (const { environmentId: id } of waves.flatMap(({ targets }) => targets)) {
        this.rows.environments.set(id, { id, live: null, isRemoved: false })
        this.hosts.set(id, new Host(id, this.rows, seed))
      }
    }
  }

  /** The name of the stage in which an environment stands. */
  stageOf(id: EnvironmentId): Stages[number] | undefined {
    return withGenerated(this.shape).find(({ waves }) =>
      waves.some(({ targets }) => targets.some(({ environmentId }) => environmentId === id)),
    )
  }

  /** One step of somebody who can go on. False where nobody can in this moment. */
  step(): boolean {
    this.rows.now += this.seed.below(stepMillisecondsMax)
    const { now } = this.rows
    const running = this.processes.filter(({ stalledUntil }) => stalledUntil <= now)
    const relays = this.skews.map((_, worker) => worker).filter((worker) => this.ready(worker).length > 0)
    const hosts = [...this.hosts.values()].filter((host) => host.mayMove())
    let choice = this.seed.below(running.length + this.queue.length + relays.length + hosts.length)
    const process = running[choice]
    if (process !== undefined) return this.resume(process)
    choice -= running.length
    if (choice < this.queue.length) return this.take(choice)
    choice -= this.queue.length
    const relay = relays[choice]
    if (relay !== undefined) return this.relay(relay)
    const host = hosts[choice - relays.length]
    if (host === undefined) return false
    host.move()
    if (!host.isConnected && !this.reconnectAt.has(host.environmentId))
      this.disconnect(host.environmentId, this.seed.below(awaySecondsMax))
    return true
  }

  /** To the next moment in which something is due. False where nothing is. */
  passTime(): boolean {
    const next = this.nextMoment()
    if (next === undefined) return false
    this.rows.now = Math.max(next, this.rows.now + 1)
    for (const process of this.processes) if (process.stalledUntil <= this.rows.now) this.renew(process)
    for (const [id, at] of this.reconnectAt) if (at <= this.rows.now) this.reconnect(id)
    this.sweep()
    return true
  }

  private nextMoment(): Moment | undefined {
    const { now, open } = this.rows
    const skew = Math.max(...this.skews)
    const moments = open.map(({ dueAt, queuedAt, claimedUntil }) => {
      if (claimedUntil > now) return claimedUntil
      return Math.max(dueAt - skew, queuedAt === null ? 0 : queuedAt + lostSeconds * 1000)
    })
    moments.push(...this.reconnectAt.values(), ...this.processes.map(({ stalledUntil }) => stalledUntil))
    for (const host of this.hosts.values()) moments.push(host.nextAt() ?? 0)
    const later = moments.filter((moment) => moment > now)
    return later.length === 0 ? undefined : Math.min(...later)
  }

  private ready(worker: number): OutboxRow[] {
    const { now, open } = this.rows
    const clock = now + (this.skews[worker] ?? 0)
    return open.filter(
      ({ dueAt, queuedAt, claimedUntil }) =>
        dueAt <= clock && claimedUntil <= now && (queuedAt === null || queuedAt <= now - lostSeconds * 1000),
    )
  }

  /** Marks and then adds; whoever dies between leaves rows that are handed over again later. */
  relay(worker: number, dies = false): boolean {
    const rows = this.ready(worker)
    for (const row of rows) row.queuedAt = this.rows.now
    if (!dies) this.queue.push(...rows.map(({ id }) => id))
    return true
  }

  /** A message of the queue begins a job; any message, so that they come out of order. */
  private take(index: number): boolean {
    const [id] = this.queue.splice(index, 1)
    const row = this.rows.open.find((each) => each.id === id)
    if (row === undefined) return true
    const worker = this.seed.below(workers)
    this.processCount += 1
    const holder = `process ${this.processCount}`
    const { rows, outside, seed } = this
    const session: Session = {
      rows,
      outside,
      seed,
      holder,
      timer: 'timer' in row.job ? row.job.timer : undefined,
      clock: () => rows.now + (this.skews[worker] ?? 0),
    }
    const work = this.run(session, row)
    this.processes.push({ worker, holder, row, work, stalledUntil: 0 })
    return true
  }

  /** As run-job.ts: claims the row, does the work, and writes what became of it. */
  private *run(session: Session, row: OutboxRow): Work {
    const { rows } = this
    if (row.ended !== null || row.claimedUntil > rows.now) return
    row.claimedUntil = rows.now + claimSeconds * 1000
    yield
    try {
      if (this.poisoned.has(row.id)) throw new Broken()
      yield* workOf(session, row.job, this.witness)
    } catch (error) {
      if (!(error instanceof Broken)) throw error
      return this.afterFailure(session, row)
    }
    yield
    rows.end(row, 'done')
  }

  private afterFailure(session: Session, row: OutboxRow): void {
    row.attempts += 1
    if (row.attempts < attemptsMax) {
      row.queuedAt = null
      row.claimedUntil = 0
      row.dueAt = session.clock() + 1000 * 2 ** row.attempts
      return
    }
    giveUp(session, row.job)
    this.rows.end(row, 'set-aside')
  }

  private resume(process: Process): boolean {
    const { done } = process.work.next()
    if (done) this.forget(process)
    return true
  }

  private forget(process: Process): void {
    this.processes = this.processes.filter((each) => each !== process)
  }

  private renew({ row, holder }: Process): void {
    const { now, leases } = this.rows
    if (row.claimedUntil > 0) row.claimedUntil = Math.max(row.claimedUntil, now + claimSeconds * 1000)
    for (const lease of leases.values()) {
      if (lease.holder === holder) lease.until = Math.max(lease.until, now + exclusiveSeconds * 1000)
    }
  }

  /** A worker dies in the middle of whatever it does; nobody tidies up. */
  crash(worker: number): void {
    this.processes = this.processes.filter((each) => each.worker !== worker)
  }

  /** The database goes away under all that runs: a job fails, or its worker cannot even write that it did. */
  restartDatabase(): void {
    for (const process of this.processes) {
      this.forget(process)
      if (this.seed.chance(500)) continue
      process.row.claimedUntil = 0
      process.row.queuedAt = null
      process.row.dueAt = Math.max(process.row.dueAt, this.rows.now + 2000)
    }
  }

  /** As sweep.ts: a new look for what nobody will look at again. */
  private sweep(): void {
    const { rows } = this
    if (rows.now - this.sweptAt < 60_000) return
    this.sweptAt = rows.now
    const isExpected = (type: string, id: string) =>
      rows.open.some(({ job }) => job.name === 'effect' && job.id === id && job.effect.type === type)
    for (const { id, events, state } of rows.executions.values()) {
      if (
        events.some(({ isConsumed }) => !isConsumed) &&
        !rows.open.some(({ job }) => job.name === 'advance')
      )
        rows.enqueue({ name: 'advance' })
      if (state === undefined || state.end !== null) continue
      if (state.build.is === 'running' && !isExpected('build', id)) {
        const effect = { type: 'build', path: 'build', attempt: state.build.attempt } as const
        rows.enqueue({ name: 'effect', id, effect })
      }
      for (const [path, { progress, environmentId }] of state.stages.flatMap((each: Stage) =>
        targetsOf(each),
      )) {
        const type = progress.is === 'restoring' ? 'restore' : 'deploy'
        if (progress.is !== 'deploying' && progress.is !== 'stopping' && progress.is !== 'restoring') continue
        if (isExpected(type, id)) continue
        rows.enqueue({ name: 'effect', id, effect: { type, path, attempt: progress.attempt, environmentId } })
      }
    }
  }

  disconnect(id: EnvironmentId, seconds: number): void {
    const host = this.hosts.get(id)
    if (host !== undefined) host.isConnected = false
    this.reconnectAt.set(id, this.rows.now + seconds * 1000)
  }

  reconnect(id: EnvironmentId): void {
    const host = this.hosts.get(id)
    if (host !== undefined) host.isConnected = true
    this.reconnectAt.delete(id)
  }
}

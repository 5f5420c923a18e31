import type { EnvironmentId, ReleaseId } from '@slipway/core'
import type { Moment } from './moment.ts'
import type { Command, Outcome, Rows } from './rows.ts'
import type { Seed } from './seed.ts'

/** What happened at a host, as nobody of ours sees it: a change that began under a command. */
export type Change = {
  deploymentId: string
  commandId: number
  fence: number
  releaseId: ReleaseId
  toldAt: Moment
  heardAt: Moment
  /** Null while it goes on, and for ever where it was undone. */
  doneAt: Moment | null
}

/** The deadline is the one that the command had when it was heard of. */
type Heard = { command: Command; deadline: Moment; heardAt: Moment }
type Running = Heard & {
  change: Change
  /** When visitors find that it is not well; null where they do not, or did. */
  redAt: Moment | null
  endsAt: Moment
  gives: Outcome
}

/** How a release does that comes up at all. */
const secondsMin = 5
const secondsMax = 60
const neverSeconds = 3600
/** What is red goes back once its last request is answered. */
const drainSecondsMax = 300

/**
 * The host of one environment, as apps/agent is one: it does each command once, one change at a time, keeps each
 * result and says it until it is stored, and refuses a fence older than one it has seen. It may be out of reach, and
 * goes on alone then.
 */
export class Host {
  readonly changes: Change[] = []
  runs: ReleaseId | null = null
  isConnected = true
  /** Once: what is sent next is lost on its way, with the connection. */
  losesNext = false
  /** Once: what is said next is stored, and nobody hears that it was. */
  saysTwice = false
  /** Releases that do not come up here, and those that take for ever. */
  readonly bad = new Set<ReleaseId>()
  readonly slow = new Set<ReleaseId>()
  /** Those that come up here, and are not well once visitors come. */
  readonly red = new Set<ReleaseId>()
  readonly environmentId: EnvironmentId
  private fence = 0
  private running: Running | undefined
  private waiting: Heard[] = []
  private readonly known = new Set<number>()
  private readonly unsaid = new Map<number, Outcome>()
  /** Commands that are being undone, of which nobody was told. */
  private readonly unsaidReds = new Set<number>()
  private readonly rows: Rows
  private readonly seed: Seed

  constructor(environmentId: EnvironmentId, rows: Rows, seed: Seed) {
    this.environmentId = environmentId
    this.rows = rows
    this.seed = seed
  }

  /** When something happens here by itself. */
  nextAt(): Moment | undefined {
    if (this.running === undefined) return undefined
    const { redAt, endsAt, deadline } = this.running
    return Math.min(redAt ?? endsAt, endsAt, deadline)
  }

  mayMove(): boolean {
    const next = this.nextAt()
    return (next !== undefined && next <= this.rows.now) || this.hasNews() || this.toDeliver() !== undefined
  }

  /** One thing that can happen now: what came to its end, what is said, what is heard. */
  move(): void {
    const next = this.nextAt()
    const command = this.toDeliver()
    if (next !== undefined && next <= this.rows.now) this.happen()
    else if (this.hasNews()) this.say()
    else if (command !== undefined) this.deliver(command)
  }

  private hasNews(): boolean {
    return this.isConnected && this.unsaid.size + this.unsaidReds.size > 0
  }

  private toDeliver(): Command | undefined {
    if (!this.isConnected) return undefined
    return this.rows.commands.find(
      (each) =>
        each.environmentId === this.environmentId &&
        each.outcome === null &&
        each.deadline > this.rows.now &&
        !this.known.has(each.id),
    )
  }

  private deliver(command: Command): void {
    command.sentAt ??= this.rows.now
    if (this.losesNext) {
      this.losesNext = false
      this.isConnected = false
      return
    }
    this.known.add(command.id)
    if (command.kind === 'deploy') {
      this.waiting.push({ command, deadline: command.deadline, heardAt: this.rows.now })
      this.begin()
      return
    }
    if (command.stops !== null) this.stop(command.stops)
    this.unsaid.set(command.id, { ok: true })
  }

  /** What it does not have, or has done, it cannot stop. */
  private stop(id: number): void {
    const cancelled: Outcome = { ok: false, code: 'command-cancelled' }
    if (this.running?.command.id === id) {
      this.running = undefined
      this.unsaid.set(id, cancelled)
      this.begin()
      return
    }
    if (!this.waiting.some(({ command }) => command.id === id)) return
    this.waiting = this.waiting.filter(({ command }) => command.id !== id)
    this.unsaid.set(id, cancelled)
  }

  private begin(): void {
    if (this.running !== undefined) return
    const next = this.waiting.shift()
    if (next === undefined) return
    const { command, heardAt } = next
    if (this.rows.has('host-refuses-old-fence') && command.fence < this.fence) {
      this.unsaid.set(command.id, { ok: false, code: 'host-fence-too-old' })
      this.begin()
      return
    }
    this.fence = Math.max(this.fence, command.fence)
    const { id: releaseId } = command.release
    const { deploymentId, fence, toldAt } = command
    const change = { deploymentId, commandId: command.id, fence, releaseId, toldAt, heardAt, doneAt: null }
    this.changes.push(change)
    this.rows.version += 1
    const seconds = this.slow.has(releaseId)
      ? neverSeconds
      : secondsMin + this.seed.below(secondsMax - secondsMin)
    const comesUpAt = this.rows.now + seconds * 1000
    const isRed = this.red.has(releaseId) && command.isWatched && this.runs !== null
    if (this.bad.has(releaseId) || !isRed) {
      const gives: Outcome = this.bad.has(releaseId) ? { ok: false, code: 'app-exited' } : { ok: true }
      this.running = { ...next, change, redAt: null, endsAt: comesUpAt, gives }
      return
    }
    const endsAt = comesUpAt + this.seed.below(drainSecondsMax) * 1000
    this.running = { ...next, change, redAt: comesUpAt, endsAt, gives: { ok: false, code: redCode } }
  }

  /** The release that runs turns red, or the change comes to its end. */
  private happen(): void {
    const { running } = this
    if (running === undefined) return
    const { redAt, endsAt, deadline, command } = running
    const isOver = Math.min(endsAt, deadline) <= this.rows.now
    if (redAt === null || redAt > this.rows.now || isOver) this.finish()
    else {
      running.redAt = null
      this.unsaidReds.add(command.id)
    }
  }

  private finish(): void {
    if (this.running === undefined) return
    const { command, change, endsAt, gives } = this.running
    const outcome: Outcome = endsAt <= this.rows.now ? gives : { ok: false, code: 'command-expired' }
    if (outcome.ok) {
      this.runs = command.release.id
      change.doneAt = this.rows.now
      this.rows.version += 1
    }
    this.running = undefined
    this.unsaid.set(command.id, outcome)
    this.begin()
  }

  private say(): void {
    const [red] = this.unsaidReds
    if (red !== undefined) {
      this.unsaidReds.delete(red)
      tellRed(this.rows, red)
      return
    }
    const [id, outcome] = this.seed.pick([...this.unsaid]) ?? []
    if (id === undefined || outcome === undefined) return
    endCommand(this.rows, id, outcome)
    if (this.saysTwice) this.saysTwice = false
    else this.unsaid.delete(id)
  }
}

/** As endCommand of hosts does: only the first end counts, and it wakes whoever waits. */
export function endCommand(rows: Rows, id: number, outcome: Outcome): void {
  const command = rows.commands.find((each) => each.id === id)
  if (command === undefined || command.outcome !== null) return
  command.outcome = outcome
  rows.enqueue(command.wake, { key: `command:${id}` })
}

/** How a release fails that visitors find worse than the one before. */
const redCode = 'app-worse'

/** As commandProgress of hosts does: whoever waits looks at once, and nothing has ended. */
function tellRed(rows: Rows, id: number): void {
  const command = rows.commands.find((each) => each.id === id)
  if (command === undefined || command.outcome !== null) return
  command.red = redCode
  rows.enqueue(command.wake, { key: `command:${id}:red` })
}

export type Telling = Omit<Command, 'id' | 'deadline' | 'toldAt' | 'sentAt' | 'red' | 'outcome'>

/** After the deadline the host has this long to say how it ended. */
const graceSeconds = 15

export function sendCommand(rows: Rows, telling: Telling, seconds: number): Command {
  const deadline = rows.now + seconds * 1000
  const fresh = { toldAt: rows.now, sentAt: null, red: null, outcome: null }
  const command: Command = { ...telling, ...fresh, id: rows.commands.length + 1, deadline }
  rows.commands.push(command)
  const dueAt = deadline + graceSeconds * 1000
  rows.enqueue({ name: 'expire-command', commandId: command.id }, { key: `expire:${command.id}`, dueAt })
  return command
}

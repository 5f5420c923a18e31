import type { ServiceId } from '@slipway/core'
import type { AgentMessage } from '@slipway/protocol'
import { type Boot, monotonicSeconds, saveBoot } from '../identity/boot.ts'
import { secondsToClaim } from './decide/seconds-to-claim.ts'

type Alive = Extract<AgentMessage, { type: 'alive' }>
const everyMilliseconds = 300_000
const lookMilliseconds = 5_000
/** A service that is back so soon was awake in each of the minutes between: a minute is awake by any part of it. */
const gapSecondsMax = 30

export type Running = { serviceId: ServiceId; runningSeconds: number }

/**
 * Says which services ran and for how long, at once, every five minutes, whenever that changes and before the
 * end. What was not acknowledged is said again with the next, up to fifteen minutes back.
 */
export class Heart {
  readonly #boot: Boot
  readonly #file: string
  readonly #running: () => Running[]
  #sent = new Map<number, number>()
  #send: ((message: Alive) => boolean) | undefined
  #timer: NodeJS.Timeout | undefined
  #looking: NodeJS.Timeout | undefined
  /** Since when each service has been awake, and when that was last seen, by the monotonic clock. */
  #awake = new Map<ServiceId, { since: number; seenAt: number }>()

  constructor(boot: Boot, file: string, running: () => Running[]) {
    this.#boot = boot
    this.#file = file
    this.#running = running
  }

  connected(send: (message: Alive) => boolean): void {
    this.#send = send
    this.#timer ??= setInterval(() => this.beat(), everyMilliseconds)
    this.#looking ??= setInterval(() => this.#look(), lookMilliseconds)
    this.beat()
  }

  disconnected(): void {
    this.#send = undefined
  }

  beat(): void {
    const running = this.#look()
    if (!this.#send || running.length === 0) return
    const now = monotonicSeconds()
    const sequence = this.#boot.sequence++
    const services = running.map(({ serviceId, runningSeconds }) => ({
      serviceId,
      seconds: secondsToClaim({
        runningSeconds,
        sinceAcknowledgedSeconds: now - this.#boot.acknowledgedSeconds,
      }),
    }))
    if (this.#send({ type: 'alive', boot: this.#boot.id, sequence, services })) this.#sent.set(sequence, now)
  }

  /** Replaced or restarted, a service goes on being awake; only its process is new. */
  #look(): Running[] {
    const now = monotonicSeconds()
    return this.#running().map(({ serviceId, runningSeconds }) => {
      const before = this.#awake.get(serviceId)
      const started = now - runningSeconds
      const goesOn = before !== undefined && now - before.seenAt <= gapSecondsMax
      const since = goesOn ? Math.min(before.since, started) : started
      this.#awake.set(serviceId, { since, seenAt: now })
      return { serviceId, runningSeconds: now - since }
    })
  }

  stored(boot: string, sequence: number): void {
    const sentAt = boot === this.#boot.id ? this.#sent.get(sequence) : undefined
    if (sentAt === undefined) return
    for (const earlier of this.#sent.keys()) if (earlier <= sequence) this.#sent.delete(earlier)
    this.#boot.acknowledgedSeconds = Math.max(this.#boot.acknowledgedSeconds, sentAt)
    // Lost on a crash, it only means that the same minutes are claimed twice, which counts once.
    saveBoot(this.#file, this.#boot).catch(() => {})
  }

  /** Says the last of it and waits, shortly, until it is stored. */
  async last(milliseconds: number): Promise<void> {
    clearInterval(this.#timer)
    clearInterval(this.#looking)
    this.beat()
    const until = performance.now() + milliseconds
    while (this.#send && this.#sent.size > 0 && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

import { createHmac } from 'node:crypto'
import { renderEvent } from './events.ts'
import type { StripeEvent } from './state.ts'

/** Stripe tries for three days with growing pauses; the double's are short, so that a person sees it mend. */
const pauseSecondsMax = 30

/**
 * Tells the events that wait, oldest first, each signed as Stripe signs (HMAC-SHA256 over "time.body",
 * https://docs.stripe.com/webhooks#verify-manually) with the machine's own time, and again until a 2xx answers.
 */
export class Webhooks {
  readonly #url: string | undefined
  readonly #secret: string
  readonly #apiVersion: string
  readonly #events: StripeEvent[]
  readonly #save: () => void
  readonly #stopped = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #running = false

  constructor(options: {
    url: string | undefined
    secret: string
    apiVersion: string
    events: StripeEvent[]
    save(): void
  }) {
    this.#url = options.url
    this.#secret = options.secret
    this.#apiVersion = options.apiVersion
    this.#events = options.events
    this.#save = options.save
  }

  get areWanted(): boolean {
    return this.#url !== undefined
  }

  /** Delivers what waits, soon; a call while it delivers adds to the same round. */
  wake(): void {
    clearTimeout(this.#timer)
    if (this.#running || this.#url === undefined || this.#stopped.signal.aborted) return
    this.#running = true
    this.#deliverAll(this.#url).finally(() => {
      this.#running = false
      const waiting = this.#events.filter((event) => event.pending)
      if (waiting.length === 0 || this.#stopped.signal.aborted) return
      const attempts = Math.min(...waiting.map((event) => event.attempts))
      this.#timer = setTimeout(() => this.wake(), Math.min(2 ** attempts, pauseSecondsMax) * 1000)
      this.#timer.unref()
    })
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#stopped.abort()
  }

  async #deliverAll(url: string): Promise<void> {
    for (const event of this.#events.filter((candidate) => candidate.pending)) {
      if (this.#stopped.signal.aborted) return
      event.attempts += 1
      event.pending = !(await this.#deliver(url, event))
      this.#save()
    }
  }

  async #deliver(url: string, event: StripeEvent): Promise<boolean> {
    const body = JSON.stringify(renderEvent(event, this.#apiVersion))
    const time = Math.floor(Date.now() / 1000)
    const signature = createHmac('sha256', this.#secret).update(`${time}.${body}`).digest('hex')
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'stripe-signature': `t=${time},v1=${signature}` },
        body,
        signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(10_000)]),
      })
      await answer.arrayBuffer()
      return answer.ok
    } catch {
      // Not reached or too slow: the event keeps waiting and is told again.
      return false
    }
  }
}

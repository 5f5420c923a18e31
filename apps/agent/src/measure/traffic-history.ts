import type { Traffic } from '@slipway/pipeline/monitors'
import type { GateControl } from '../gate/gate-control.ts'
import { emptyTally, type Tally } from '../gate/route.ts'

const everySeconds = 15
/** Ten minutes: long enough to know what is usual, short enough to be about today. */
const samplesMax = 41
/** Two minutes with requests in every quarter of a minute. */
const steadyIntervalsMin = 8

type Sample = { atSeconds: number; tallies: Map<string, Tally> }

/** What each service answered in the last ten minutes, or since the last switch, from what the gate counts. */
export class TrafficHistory {
  readonly #gate: Pick<GateControl, 'totals'>
  #samples: Sample[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(gate: Pick<GateControl, 'totals'>) {
    this.#gate = gate
  }

  begin(): void {
    this.#timer ??= setInterval(() => void this.#keep(), everySeconds * 1000)
    this.#timer.unref()
  }

  end(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** From now on: what came before was another release's. */
  async cut(): Promise<void> {
    this.#samples = []
    await this.#keep()
  }

  /** By service id; what was not asked, or could not be counted, is not in it. */
  async read(): Promise<Map<string, Traffic>> {
    const last = await this.#sample()
    const [first] = this.#samples
    if (!first || !last) return new Map()
    const seconds = last.atSeconds - first.atSeconds
    return new Map(
      [...last.tallies.keys()].map((id) => {
        const { requests, errors, latency } = difference(tallyIn(last, id), tallyIn(first, id))
        return [id, { seconds, requests, faults: errors, latency, isSteady: this.#isSteady(id) }]
      }),
    )
  }

  async #keep(): Promise<void> {
    const sample = await this.#sample()
    if (sample) this.#samples = [...this.#samples, sample].slice(-samplesMax)
  }

  /** Nothing while the gate starts anew; and as it counts from nothing then, what was kept is of no use any more. */
  async #sample(): Promise<Sample | undefined> {
    const counted = await this.#gate.totals().catch(() => undefined)
    const tallies = new Map(counted?.map((tally) => [tally.serviceId, tally]))
    const sample = { atSeconds: performance.now() / 1000, tallies }
    const before = this.#samples.at(-1)
    const isAnew = [...(before?.tallies ?? [])].some(
      ([id, { requests }]) => tallyIn(sample, id).requests < requests,
    )
    if (isAnew) this.#samples = []
    return counted && sample
  }

  /** The first interval is as long as it happens to be. */
  #isSteady(id: string): boolean {
    const counts = this.#samples.slice(1).map((sample) => tallyIn(sample, id).requests)
    const grew = counts.slice(1).map((count, index) => count > (counts[index] ?? 0))
    return grew.length >= steadyIntervalsMin && grew.every((isMore) => isMore)
  }
}

function tallyIn({ tallies }: Sample, id: string): Tally {
  return tallies.get(id) ?? emptyTally(id)
}

function difference(later: Tally, earlier: Tally): Tally {
  return {
    serviceId: later.serviceId,
    requests: later.requests - earlier.requests,
    errors: later.errors - earlier.errors,
    latency: later.latency.map((count, bucket) => count - (earlier.latency[bucket] ?? 0)),
  }
}

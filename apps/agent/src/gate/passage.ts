import { AppConnections } from './app-connections.ts'
import { bucketOf, emptyTally, type Route, type Side, type Tally, tallyKey } from './route.ts'

/** Held requests cost memory: about 10 KB each with their socket, so this many stay under 100 MB. */
const heldMax = 10_000

type Held = { begin(): void }

/** What all requests in this process share: where they go, who waits, and what was counted. */
export class Passage {
  /** Another process takes the new connections: each answer is the last of its connection. */
  isRetiring = false
  #table = new Map<string, Route>()
  #held = new Set<Held>()
  readonly #apps = new Map<number, AppConnections>()
  #tallies = new Map<string, Tally>()

  routeOf(name: string): Route | undefined {
    return this.#table.get(name)
  }
  /** There is something to serve, and each part of it is served or will be in a moment: what is held waits. */
  get isReady(): boolean {
    const table = [...this.#table.values()]
    return table.length > 0 && table.every(({ held, port }) => held || port !== null)
  }
  /** In force at once; what is held looks anew. */
  setRoutes(routes: Route[]): void {
    this.#table = new Map(routes.map((one) => [one.name, one]))
    const held = this.#held
    this.#held = new Set()
    for (const one of held) one.begin()
  }

  /** `one.begin` is called when there are new routes; false: too many wait already. */
  hold(one: Held): boolean {
    if (this.#held.size >= heldMax) return false
    this.#held.add(one)
    return true
  }
  letGo(one: Held): void {
    this.#held.delete(one)
  }

  appsOn(port: number): AppConnections {
    const known = this.#apps.get(port)
    if (known) return known
    const made = new AppConnections(port, () => this.#apps.delete(port))
    this.#apps.set(port, made)
    return made
  }
  /** Waits until no request is with the app on this port. Answers how many still are. */
  async drain(port: number, milliseconds: number): Promise<number> {
    return (await this.#apps.get(port)?.drain(milliseconds)) ?? 0
  }
  sweep(now: number): void {
    for (const apps of [...this.#apps.values()]) apps.sweep(now)
  }

  /** Counts one request for its service; with `side` for one of two releases beside each other, and only there. */
  count(serviceId: string, isFine: boolean, milliseconds: number, side?: Side): void {
    const key = tallyKey(serviceId, side)
    let tally = this.#tallies.get(key)
    if (!tally) {
      tally = emptyTally(serviceId, side)
      this.#tallies.set(key, tally)
    }
    tally.requests++
    if (!isFine) tally.errors++
    const bucket = bucketOf(milliseconds)
    tally.latency[bucket] = (tally.latency[bucket] ?? 0) + 1
  }
  /** What was counted since it was last taken. */
  takeTallies(): Tally[] {
    const taken = [...this.#tallies.values()]
    this.#tallies = new Map()
    return taken
  }
}

import type { DeploymentSpec } from '@slipway/protocol'
import { z } from 'zod'
import type { ProcessRecord } from '../apps/process-record.ts'
import type { GateControl } from '../gate/gate-control.ts'
import { type Route, routes as storedRoutes } from '../gate/route.ts'
import { type Home, readJson } from '../home.ts'

/** What the gate should do, as the agent wants it. Each change is in force once its promise resolves. */
export class GateRoutes {
  readonly #control: GateControl
  #routes = new Map<string, Route>()

  private constructor(control: GateControl) {
    this.#control = control
  }

  /** As the gate last had them: an agent that was killed while requests were held goes on from there. */
  static async asTheyAre(control: GateControl, home: Home): Promise<GateRoutes> {
    const routes = new GateRoutes(control)
    const stored = await readJson(home.gateRoutes, z.object({ routes: storedRoutes }))
    routes.#routes = new Map((stored?.routes ?? []).map((route) => [route.name, route]))
    return routes
  }

  /** All routes of a spec at once, to these processes; names that are not in it are gone. */
  async pointTo(
    spec: DeploymentSpec,
    processes: ProcessRecord[],
    { isHeld = () => false, words }: { isHeld?: (serviceName: string) => boolean; words?: string } = {},
  ): Promise<void> {
    this.#routes = new Map(
      spec.services.flatMap((service) => {
        if (!service.publicName || service.kind === 'worker') return []
        const port = processes.find((record) => record.service.name === service.name)?.port ?? null
        const { publicName: name, id: serviceId, health } = service
        const held = isHeld(service.name)
        const holdSeconds = health.timeoutSeconds + 60
        return [[name, { name, serviceId, port, held, holdSeconds, ...(words ? { words } : {}) }] as const]
      }),
    )
    await this.#push()
  }

  /** Requests of a service wait no longer. */
  async release(serviceId: string): Promise<void> {
    for (const [name, route] of this.#routes) {
      if (route.serviceId === serviceId) this.#routes.set(name, { ...route, held: false })
    }
    await this.#push()
  }

  /** New requests for these ports wait. */
  async hold(ports: number[], holdSeconds: number): Promise<void> {
    for (const [name, route] of this.#routes) {
      if (route.port !== null && ports.includes(route.port))
        this.#routes.set(name, { ...route, held: true, holdSeconds })
    }
    await this.#push()
  }

  /** The process of a service was started anew, or there is none for now and visitors read why. */
  async move(serviceId: string, to: { port: number | null; words?: string }): Promise<void> {
    for (const [name, route] of this.#routes) {
      if (route.serviceId === serviceId) this.#routes.set(name, { ...route, port: to.port, words: to.words })
    }
    await this.#push()
  }

  /** So many percent of the requests for these services go to these processes, the rest to those that serve. */
  async tryOut(processes: readonly ProcessRecord[], percent: number): Promise<void> {
    for (const [name, route] of this.#routes) {
      const port = processes.find(({ service }) => service.id === route.serviceId)?.port
      if (typeof port === 'number') this.#routes.set(name, { ...route, canary: { port, percent } })
    }
    await this.#push()
  }

  /** All requests go to those that serve. Does nothing where none are divided. */
  async endTryOut(): Promise<void> {
    const all = [...this.#routes.values()]
    if (!all.some(({ canary }) => canary)) return
    this.#routes = new Map(all.map(({ canary: _, ...route }) => [route.name, route]))
    await this.#push()
  }

  drain(port: number, milliseconds: number): Promise<number> {
    return this.#control.drain(port, milliseconds)
  }

  async #push(): Promise<void> {
    await this.#control.setRoutes([...this.#routes.values()])
  }
}

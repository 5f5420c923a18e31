import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { RoleUrls } from '@slipway/db'
import type { Bodies } from './bodies/keep-bodies.ts'
import { projectFolder } from './config.ts'
import type { Faults } from './faults/fault-door.ts'
import type { Kept } from './keep-running.ts'
import type { SandboxClock } from './parts/clock.ts'
import { atOnce, type Pace } from './parts/emulator.ts'
import type { CaughtMail } from './parts/mail-catcher.ts'
import { freeBase, type Ports, portsFrom } from './ports.ts'
import { endLeftovers } from './process/leftovers.ts'
import { publicUrl } from './product/settings.ts'
import { type Progress, silent } from './progress.ts'
import type { PartName, ProductPart, StartSetting } from './start/setting.ts'
import { startFoundations } from './start/start-foundations.ts'
import { startBuilds, startProduct } from './start/start-product.ts'
import { startSurroundings } from './start/start-surroundings.ts'
import type { StripeDouble } from './stripe/index.ts'

// Every process of the product reads the clock's row once a second.
const clockReadMilliseconds = 1200

export type SandboxOptions = {
  /** Where everything that it remembers lies; one sandbox a folder. */
  folder: string
  /** First of its ports; a free block when left out. */
  portBase?: number
  /** How long AWS takes; no time at all when left out. */
  pace?: Pace
  progress?: Progress
  /** Which of the product's own processes to start; all when left out. */
  product?: ProductPart[]
}

export type Sandbox = {
  /** The one origin, such as http://localhost:4700. */
  url: string
  ports: Ports
  emulatorUrl: string
  databaseUrls: RoleUrls & { adminUrl: string }
  stripe: StripeDouble
  bodies: Bodies
  /** What goes wrong between Slipway and AWS. */
  faults: Faults
  clock: SandboxClock
  /** Newest first. */
  mails(): CaughtMail[]
  clearMails(): void
  /** Moves the product's time forward and waits until every process has read it. */
  moveClock(to: Date): Promise<void>
  /** Process id of the part itself; undefined while it is down. */
  pid(part: PartName): number | undefined
  /** SIGKILL; the part stays down until `restart`. */
  kill(part: PartName): Promise<void>
  restart(part: PartName): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts all of Slipway on this machine, with an AWS emulator and a Stripe double in place of the outside world. What it
 * started ends with `stop`, and also when this process is killed. Throws when a part does not start, having stopped the
 * rest; its log lies in `<folder>/logs`.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const setting: StartSetting = {
    state: resolve(options.folder),
    local: join(projectFolder, '.local'),
    ports: portsFrom(options.portBase ?? (await freeBase())),
    pace: options.pace ?? atOnce,
    progress: options.progress ?? silent,
    stops: { early: [], late: [] },
    parts: {},
  }
  const stop = async () => {
    await Promise.all(setting.stops.early.splice(0).map((end) => end()))
    await Promise.all(setting.stops.late.splice(0).map((end) => end()))
  }
  mkdirSync(setting.state, { recursive: true })
  for (const name of endLeftovers(setting.state)) setting.progress.say(`  ended a leftover: ${name}`)
  try {
    const wanted = options.product ?? ['api', 'worker', 'web']
    const builds = startBuilds(setting, wanted)
    const foundations = await startFoundations(setting)
    const surroundings = await startSurroundings(setting, foundations)
    await startProduct(setting, { ...foundations, ...surroundings }, wanted, builds)
    return handles(setting, { ...foundations, ...surroundings }, stop)
  } catch (problem) {
    await stop()
    throw problem
  }
}

type Started = Awaited<ReturnType<typeof startFoundations>> & Awaited<ReturnType<typeof startSurroundings>>

function handles(setting: StartSetting, started: Started, stop: () => Promise<void>): Sandbox {
  const { mails, clock, database } = started
  const partOf = (name: PartName): Kept => {
    const part = setting.parts[name]
    if (!part) throw new Error(`this sandbox was started without ${name}`)
    return part
  }
  return {
    url: publicUrl(setting.ports),
    ports: setting.ports,
    emulatorUrl: started.emulatorUrl,
    databaseUrls: { adminUrl: started.adminUrl, ...database },
    stripe: started.stripe,
    bodies: started.bodies,
    faults: started.faults,
    clock,
    mails: () => mails.list(),
    clearMails: () => mails.clear(),
    async moveClock(to) {
      await clock.moveTo(to)
      await wait(clockReadMilliseconds)
    },
    pid: (name) => partOf(name).pid(),
    kill: (name) => partOf(name).kill(),
    async restart(name) {
      await partOf(name).stop()
      await partOf(name).start()
    },
    stop,
  }
}

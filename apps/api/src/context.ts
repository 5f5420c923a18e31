import type { ConnectConfig } from '@slipway/cloud'
import type { Clock, Log } from '@slipway/core'
import type { Database } from '@slipway/db'
import type { AppsUrl, GatePorts, Sealing } from '@slipway/environments'
import type { Caller } from './caller.ts'
import type { Live } from './live.ts'
import type { RateLimit } from './rate-limit.ts'

/** What differs between installations and is needed by a procedure. */
export type Settings = {
  publicUrl: string
  appsUrl: AppsUrl
  gatePorts: GatePorts
  sealing: Sealing
  connect: ConnectConfig
}

/** What every procedure is given. */
export type Context = {
  db: Database
  clock: Clock
  log: Log
  live: Live
  rateLimit: RateLimit
  settings: Settings
  caller: Caller | undefined
}

import type { Clock, Log } from '@slipway/core'
import type { Architecture } from '@slipway/protocol'
import type { CanaryOutbox } from '../channel/canary-outbox.ts'
import type { LogOutbox } from '../channel/log-outbox.ts'
import type { AgentConfig } from '../config.ts'
import type { Home } from '../home.ts'
import type { RunOutbox } from '../jobs/run-outbox.ts'

/** What a host is made with: where it is, and where it says what. */
export type HostOptions = {
  config: AgentConfig
  architecture: Architecture
  home: Home
  clock: Clock
  log: Log
  logs: LogOutbox
  canaries: CanaryOutbox
  runs: RunOutbox
  serveCommand: string[]
}

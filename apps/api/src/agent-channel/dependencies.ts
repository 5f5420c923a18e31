import type { Clock, Log } from '@slipway/core'
import type { Database } from '@slipway/db'

export type ChannelDependencies = { db: Database; clock: Clock; log: Log }

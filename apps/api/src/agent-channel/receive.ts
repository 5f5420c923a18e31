import type { Tx } from '@slipway/db'
import {
  commandAccepted,
  commandProgress,
  endCommand,
  type KnownHost,
  mayWrite,
  recordAlive,
  storeCanaryMinute,
  storeHealth,
  storeLogs,
  storeMinute,
  storeRun,
} from '@slipway/hosts'
import type { AgentMessage, ApiMessage } from '@slipway/protocol'
import type { ChannelDependencies } from './dependencies.ts'

type Said = Exclude<AgentMessage, { type: 'hello' } | { type: 'proof' }>
type Context = ChannelDependencies & {
  host: KnownHost
  /** Streams that were looked at before on this connection. */
  mayWrite: Map<string, boolean>
}

/** Stores what a proven agent said, in one transaction, and answers what it may forget, after the commit. */
export function receive(message: Said, context: Context): Promise<ApiMessage | undefined> {
  const { db, host } = context
  return db.inOrganisation(host.organisationId, (tx) => store(tx, message, context))
}

async function store(tx: Tx, message: Said, context: Context): Promise<ApiMessage | undefined> {
  const { host, clock } = context
  const { organisationId, id: hostId, environmentId } = host
  switch (message.type) {
    case 'accepted':
      await commandAccepted(tx, { hostId, id: message.id }, clock)
      return undefined
    case 'progress':
      await commandProgress(tx, { ...message, hostId })
      return undefined
    case 'result':
      await endCommand(tx, { hostId, id: message.id, outcome: message.outcome }, clock)
      return { type: 'result-stored', id: message.id }
    case 'logs': {
      const { stream, source, sequence, lines } = message
      if (await isAllowed(tx, stream, context))
        await storeLogs(tx, { organisationId, hostId, stream, source, sequence, lines }, clock)
      // What it may not write is acknowledged as well: it would be sent for ever.
      return { type: 'logs-stored', stream, source, sequence }
    }
    case 'alive':
      await recordAlive(tx, { organisationId, hostId, environmentId, alive: message }, clock)
      return { type: 'alive-stored', boot: message.boot, sequence: message.sequence }
    case 'health':
      await storeHealth(tx, hostId, message.services, clock)
      return undefined
    case 'metrics':
      await storeMinute(tx, { organisationId, hostId, environmentId, minute: message.minute }, clock)
      return { type: 'metrics-stored', minute: message.minute.minute }
    case 'canary': {
      const { minute, sequence } = message
      // A runner serves nobody.
      if (environmentId !== undefined)
        await storeCanaryMinute(tx, { organisationId, hostId, environmentId, minute }, clock)
      return { type: 'canary-stored', sequence }
    }
    case 'run': {
      const { run, sequence } = message
      if (environmentId !== undefined) await storeRun(tx, { organisationId, hostId, environmentId, run })
      return { type: 'run-stored', sequence }
    }
  }
}

async function isAllowed(tx: Tx, stream: string, { host, mayWrite: known, log }: Context): Promise<boolean> {
  const before = known.get(stream)
  if (before !== undefined) return before
  const isFine = await mayWrite(tx, { hostId: host.id, environmentId: host.environmentId, stream })
  if (!isFine) log.warn({ hostId: host.id, stream }, 'a host wrote into a stream that is not its own')
  if (known.size > 1000) known.clear()
  known.set(stream, isFine)
  return isFine
}

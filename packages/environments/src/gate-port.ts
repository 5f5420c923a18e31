import { randomInt } from 'node:crypto'
import type { Database } from '@slipway/db'
import { z } from 'zod'

/** Ports that gates may listen on, both included. One port: every environment uses it, on a host of its own. */
export type GatePorts = { first: number; last: number }

/**
 * Reads `80` or `20000-20999`. Throws RangeError on anything else.
 */
function parseGatePorts(text: string): GatePorts {
  const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const ports = { first: Number(first), last: Number(last || first) }
  if (first === '' || ports.first < 1 || ports.last > 65_535 || ports.last < ports.first) {
    throw new RangeError(`not a port or a range of ports: ${JSON.stringify(text.slice(0, 40))}`)
  }
  return ports
}

/** The same as the value of a setting. */
export const gatePortsSetting = z
  .string()
  .regex(/^\d{1,5}(-\d{1,5})?$/)
  .transform(parseGatePorts)

/**
 * A port that no environment of any tenant uses: where hosts share a machine they share its ports. Chosen at
 * random among the free ones, so that two that are made in one moment do not meet; `others` are those that the
 * caller is about to use.
 */
export async function chooseGatePort(
  db: Database,
  ports: GatePorts,
  others: readonly number[] = [],
): Promise<number> {
  if (ports.first === ports.last) return ports.first
  const used = await db.inSystem('choose a gate port', (tx) =>
    tx.environment.findMany({ where: { deletedAt: null }, select: { gatePort: true } }),
  )
  const taken = new Set([...used.map((row) => row.gatePort), ...others])
  const free: number[] = []
  for (let port = ports.first; port <= ports.last; port++) if (!taken.has(port)) free.push(port)
  const port = free[randomInt(Math.max(free.length, 1))]
  if (port === undefined) throw new Error(`all ${ports.last - ports.first + 1} ports for gates are in use`)
  return port
}

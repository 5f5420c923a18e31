import { createServer } from 'node:net'

const offsets = {
  front: 0,
  api: 1,
  web: 2,
  postgres: 10,
  valkey: 11,
  emulator: 12,
  stripe: 13,
  smtp: 14,
  pages: 15,
  faultDoor: 16,
}
const gateOffset = 100
const gateCount = 200

export type Ports = Record<keyof typeof offsets, number> & {
  /** First and last port of the range that hosts' gates listen on, one an environment. */
  gates: [number, number]
}

/** The ports of a sandbox, all on loopback, counted from one number. */
export function portsFrom(base: number): Ports {
  const at = (offset: number) => base + offset
  return {
    front: at(offsets.front),
    api: at(offsets.api),
    web: at(offsets.web),
    postgres: at(offsets.postgres),
    valkey: at(offsets.valkey),
    emulator: at(offsets.emulator),
    stripe: at(offsets.stripe),
    smtp: at(offsets.smtp),
    pages: at(offsets.pages),
    faultDoor: at(offsets.faultDoor),
    gates: [at(gateOffset), at(gateOffset + gateCount - 1)],
  }
}

/** A base whose ports were all free a moment ago, for sandboxes that run apart from each other in tests. */
export async function freeBase(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const base = 20_000 + 400 * Math.floor(Math.random() * 30)
    const all = Object.values(offsets).map((offset) => isFree(base + offset))
    if ((await Promise.all(all)).every(Boolean)) return base
  }
  throw new Error('no block of free ports was found between 20000 and 32000')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Tethered } from '../process/tethered.ts'

/**
 * Waits until `check` says true, asking every 30 ms. Throws when the process ended first or the time is over, and
 * names its log, where the reason stands.
 */
export async function untilReady(
  part: Tethered,
  check: () => Promise<boolean>,
  seconds: number,
): Promise<void> {
  let code: number | undefined
  part.ended.then((status) => {
    code = status
  })
  const end = Date.now() + seconds * 1000
  for (;;) {
    if (await check().catch(() => false)) return
    if (code !== undefined)
      throw new Error(`${part.name} ended with ${code} before it was ready; see its log`)
    if (Date.now() > end) {
      await part.stop()
      throw new Error(`${part.name} was not ready after ${seconds} s; see its log`)
    }
    await wait(30)
  }
}

/** Whether something accepts connections there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

/** A port that was free a moment ago, for callers that need no fixed one. */
export async function freePort(): Promise<number> {
  const { createServer } = await import('node:net')
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

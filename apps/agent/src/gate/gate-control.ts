import http from 'node:http'
import { z } from 'zod'
import { type Route, type Tally, tally } from './route.ts'

/** How the agent speaks to the gate. Each call waits up to `patienceMilliseconds` for a gate that starts anew. */
export function gateControl(socket: string, patienceMilliseconds = 10_000) {
  async function call(
    method: string,
    path: string,
    body: unknown,
    answerMilliseconds = 5_000,
  ): Promise<unknown> {
    const until = performance.now() + patienceMilliseconds
    for (;;) {
      try {
        return await callOnce(socket, method, path, body, answerMilliseconds)
      } catch (error) {
        if (performance.now() > until) throw error
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }
  return {
    /** In force, and on disk, once this resolves. Safe to repeat. */
    async setRoutes(routes: Route[]): Promise<void> {
      await call('PUT', '/routes', routes)
    },
    /** Waits until no request is with the app on this port; answers how many still are when the time is over. */
    async drain(port: number, milliseconds: number): Promise<number> {
      const answer = await call('POST', '/drain', { port, milliseconds }, milliseconds + 5_000)
      return z.object({ active: z.int() }).parse(answer).active
    },
    /** What was counted since it was last taken. */
    async take(): Promise<Tally[]> {
      return z.array(tally).parse(await call('POST', '/take', {}))
    },
    /** What was counted since the gate was started; taking takes nothing away from it. Throws at once without a gate. */
    async totals(): Promise<Tally[]> {
      return z.array(tally).parse(await callOnce(socket, 'POST', '/totals', {}, 5_000))
    },
    /** The same of each of two releases beside each other; none of a time without a canary. Throws at once without a gate. */
    async sides(): Promise<Tally[]> {
      return z.array(tally).parse(await callOnce(socket, 'POST', '/sides', {}, 5_000))
    },
    /** Replaces the process in which requests pass by one from the present bundle. */
    async renew(): Promise<void> {
      await call('POST', '/renew', {})
    },
  }
}
export type GateControl = ReturnType<typeof gateControl>

function callOnce(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  milliseconds: number,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { socketPath, method, path, agent: false, timeout: milliseconds },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (piece) => {
          text += piece
        })
        response.once('error', reject)
        response.once('end', () => {
          if (response.statusCode === 200) resolve(JSON.parse(text))
          else reject(new Error(`the gate refused: ${text}`))
        })
      },
    )
    request.once('timeout', () => request.destroy(new Error('the gate gave no answer')))
    request.once('error', reject)
    request.end(JSON.stringify(body))
  })
}

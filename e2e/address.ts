import { type IncomingHttpHeaders, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

type Answer = { status: number; body: string; headers: IncomingHttpHeaders }

/** GET of an app's address. */
export function get(address: string, path = '/'): Promise<Answer> {
  return ask('GET', address, path)
}

export function post(address: string, path: string, body: string): Promise<Answer> {
  return ask('POST', address, path, body)
}

/** Programs do not resolve *.localhost, so the name travels as the Host header. */
function ask(method: 'GET' | 'POST', address: string, path: string, sent?: string): Promise<Answer> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve, reject) => {
    const headers = { host: `${hostname}:${port}` }
    // Each name leads to a host of its own, so a connection that was made for one is not used for another.
    const to = { method, host: '127.0.0.1', port, path, headers, timeout: 90_000, agent: false } as const
    const asked = request(to, (response) => {
      let body = ''
      response.on('data', (data) => {
        body += data
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }))
      response.on('error', reject)
    })
    asked.on('timeout', () => asked.destroy(new Error('no answer within 90 s')))
    asked.on('error', reject)
    asked.end(sent)
  })
}

/** Looks again every quarter second until there is something; throws after `seconds`. */
export async function eventually<T>(
  look: () => Promise<T | undefined> | T | undefined,
  what: string,
  seconds = 120,
): Promise<T> {
  const until = Date.now() + seconds * 1000
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (Date.now() > until) throw new Error(`${what} did not come within ${seconds} s`)
    await wait(250)
  }
}

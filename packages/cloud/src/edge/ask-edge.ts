import { request as askPlain } from 'node:http'
import { request as askTls } from 'node:https'

/** A page that needs longer is as good as none to a visitor. */
const answerSecondsMax = 10

export type EdgeAnswer = { status: number; release: string | undefined } | { problem: string }

/**
 * What a visitor of this host name is answered, asked at CloudFront itself: by its own name, since a name that was just
 * published is not known everywhere yet. `endpoint` stands for it where CloudFront answers elsewhere.
 */
export function askEdge(
  { domain, host, path }: { domain: string; host: string; path: string },
  endpoint: string | undefined,
): Promise<EdgeAnswer> {
  const { protocol, hostname, port } = new URL(endpoint ?? `https://${domain}`)
  const ask = protocol === 'https:' ? askTls : askPlain
  return new Promise((resolve) => {
    const request = ask(
      {
        hostname,
        port,
        path,
        servername: host,
        headers: { host, 'user-agent': 'Slipway' },
        agent: false,
        timeout: answerSecondsMax * 1000,
      },
      (response) => {
        response.resume()
        const release = response.headers['x-slipway-release']
        resolve({
          status: response.statusCode ?? 0,
          release: typeof release === 'string' ? release : undefined,
        })
      },
    )
    request.once('timeout', () => request.destroy(new Error(`no answer for ${answerSecondsMax} s`)))
    request.once('error', (error) => resolve({ problem: error.message }))
    request.end()
  })
}

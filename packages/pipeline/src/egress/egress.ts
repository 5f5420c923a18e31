import { lookup } from 'node:dns/promises'
import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { isIP } from 'node:net'
import { isInner } from './inner-networks.ts'

/**
 * The one way to an address that a tenant gave. It is resolved once and only what it resolved to is connected to, so
 * that a name cannot turn into another address in between; inner networks are refused; no redirect is followed.
 */
export type Egress = {
  /** Never throws: whatever happens out there is an outcome. */
  ask(url: string, question?: Question): Promise<Answer>
}

type Question = { method?: 'GET' | 'POST'; headers?: Record<string, string>; body?: string }

export type Answer =
  /** `body` is cut after 64 KB. */
  | { is: 'answered'; status: number; body: string }
  /** Nobody is there, or nobody answered in time. */
  | { is: 'silent'; words: string }
  /** It leads where tenants may not ask, or nothing can be said about it from here. */
  | { is: 'not-asked'; words: string }

/** To answer wholly, connecting and resolving included. */
const answerMilliseconds = 10_000
const bodyBytesMax = 64 * 1024

/**
 * `innerOrigins` may be asked though they are inner, such as `http://*.localhost:4700` where apps run on the same
 * machine; a `*` stands for one label of a name.
 */
export function openEgress(innerOrigins: readonly string[]): Egress {
  const allowed = innerOrigins.map(
    (origin) => new RegExp(`^${origin.split('*').map(escaped).join('[^.]+')}$`),
  )
  return {
    async ask(text, question = {}) {
      const url = URL.canParse(text) ? new URL(text) : undefined
      if (url === undefined || !/^https?:$/.test(url.protocol))
        return { is: 'not-asked', words: 'it is no address of the web' }
      const mayBeInner = allowed.some((origin) => origin.test(url.origin))
      const found = await resolve(url.hostname, mayBeInner)
      if (found.is !== 'found') return found
      if (!mayBeInner && found.addresses.some(isInner))
        return { is: 'not-asked', words: `${url.hostname} lies in an inner network` }
      return send(url, found.addresses, question)
    },
  }
}

const escaped = (text: string) => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')

type Found = { is: 'found'; addresses: string[] } | Exclude<Answer, { is: 'answered' }>

async function resolve(name: string, mayBeInner: boolean): Promise<Found> {
  const host = name.replaceAll(/^\[|\]$/g, '')
  if (isIP(host) !== 0) return { is: 'found', addresses: [host] }
  // RFC 6761: it leads to this machine, and no resolver is asked.
  if (/(^|\.)localhost\.?$/.test(host) && mayBeInner) return { is: 'found', addresses: ['127.0.0.1'] }
  try {
    const addresses = await lookup(host, { all: true })
    return { is: 'found', addresses: addresses.map(({ address }) => address) }
  } catch (error) {
    const isUnknown = codeOf(error) === 'ENOTFOUND'
    return isUnknown
      ? { is: 'silent', words: `there is no address of ${host}` }
      : { is: 'not-asked', words: `the address of ${host} could not be found out now` }
  }
}

function send(url: URL, addresses: readonly string[], { method = 'GET', headers = {}, body }: Question) {
  const request = url.protocol === 'https:' ? overHttps : overHttp
  return new Promise<Answer>((settle) => {
    const asked = request(
      url,
      {
        method,
        headers: { 'user-agent': 'Slipway', ...headers },
        // A connection of its own: one that was kept could lead to an address that nobody looked at.
        agent: false,
        signal: AbortSignal.timeout(answerMilliseconds),
        lookup: (_, options, found) => {
          const all = addresses.map((address) => ({ address, family: isIP(address) }))
          const [first] = all
          if (options.all) found(null, all)
          else found(null, first?.address ?? '', first?.family)
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        let bytes = 0
        const done = () => {
          const text = Buffer.concat(chunks).subarray(0, bodyBytesMax).toString('utf8')
          settle({ is: 'answered', status: response.statusCode ?? 0, body: text })
        }
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          bytes += chunk.length
          if (bytes < bodyBytesMax) return
          done()
          response.destroy()
        })
        response.on('end', done)
        response.on('error', (error) => settle({ is: 'silent', words: wordsOf(error) }))
      },
    )
    asked.on('error', (error) => settle({ is: 'silent', words: wordsOf(error) }))
    asked.end(body)
  })
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

function wordsOf(error: Error): string {
  const code = codeOf(error)
  if (error.name === 'AbortError' || error.name === 'TimeoutError' || code === 'ABORT_ERR')
    return `no answer within ${answerMilliseconds / 1000} seconds`
  if (code === 'ECONNREFUSED') return 'nothing listens there'
  if (code === 'ECONNRESET') return 'the connection was closed without an answer'
  return code.startsWith('ERR_TLS') || code.includes('CERT')
    ? `its certificate does not hold (${code})`
    : `no answer (${code || error.name})`
}

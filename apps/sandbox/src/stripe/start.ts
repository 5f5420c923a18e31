import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Clock, realClock } from '@slipway/core'
import { answer, type Double } from './answer.ts'
import { customerOperations } from './customers.ts'
import { eventOperations } from './events.ts'
import { invoiceOperations } from './invoices.ts'
import { openDocument } from './openapi.ts'
import { invoicePage } from './page.ts'
import { openState } from './state.ts'
import { Webhooks } from './webhooks.ts'

const bodyBytesMax = 1_000_000

// Once a process: its checks take a second to compile and hold no state.
let document: ReturnType<typeof openDocument> | undefined

/**
 * A fault asked for: `error` answers 500 and does nothing, `unreachable` cuts the connection and does nothing,
 * `lost-answer` does what was asked and then cuts the connection.
 */
type Fault = {
  method: string
  path: RegExp
  kind: 'error' | 'unreachable' | 'lost-answer'
  count: number
}

export type StripeDouble = {
  /** `http://127.0.0.1:PORT`: the api under /v1, a page of the invoices at /. */
  url: string
  ask(fault: Fault): void
  /** Takes back all faults that were asked for. */
  calm(): void
  stop(): Promise<void>
}

/**
 * Starts the double on the loopback. `port` 0 takes a free one. State lies in `folder` and is there again at
 * the next start. `clock` is the time that customers, invoices and events are made at; signatures of webhooks
 * carry the machine's own, as their receiver checks them by it. Any `sk_test_…` key is let in.
 */
export async function start(options: {
  port: number
  folder: string
  webhookSecret: string
  webhookUrl?: string
  clock?: Clock
}): Promise<StripeDouble> {
  const clock = options.clock ?? realClock
  document ??= openDocument()
  const { state, save } = openState(options.folder)
  const webhooks = new Webhooks({
    url: options.webhookUrl,
    secret: options.webhookSecret,
    apiVersion: document.version,
    events: state.events,
    save,
  })
  const double: Double = {
    document,
    operations: { ...customerOperations, ...invoiceOperations, ...eventOperations(document.version) },
    state,
    save,
    url: '',
    now: () => Math.floor(clock.now().getTime() / 1000),
    newId,
    webhooksAreWanted: webhooks.areWanted,
  }
  const faults: Fault[] = []
  const server = createServer((request, response) => {
    serve(double, faults, request, response)
      .catch((error: unknown) => {
        send(response, 500, { error: { type: 'api_error', message: String(error) } })
      })
      .finally(() => webhooks.wake())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  double.url = `http://127.0.0.1:${port}`
  webhooks.wake()
  return {
    url: double.url,
    ask: (fault) => faults.push({ ...fault }),
    calm: () => faults.splice(0),
    async stop() {
      webhooks.stop()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function serve(
  double: Double,
  faults: Fault[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? 'GET'
  const { pathname, search } = new URL(request.url ?? '/', double.url)
  if (!pathname.startsWith('/v1/')) {
    const html = method === 'GET' ? invoicePage(double.state, pathname) : undefined
    response.writeHead(html === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(html ?? 'There is no such page.')
    return
  }
  const body = await readBody(request)
  const key = request.headers['idempotency-key']
  const requestId = newId('req')
  const headers = { 'request-id': requestId, 'stripe-version': double.document.version }
  if (!/^Bearer sk_test_\w+$/.test(request.headers.authorization ?? ''))
    return send(
      response,
      401,
      { error: { type: 'invalid_request_error', message: 'Invalid API Key provided.' } },
      headers,
    )

  const fault = faults.find(
    (asked) => asked.count > 0 && asked.method === method && asked.path.test(pathname),
  )
  if (fault !== undefined) fault.count -= 1
  if (fault?.kind === 'unreachable') return void response.destroy()

  const idempotencyKey = typeof key === 'string' ? key : undefined
  const made = answer(
    double,
    { method, path: pathname, query: search.slice(1), body, idempotencyKey },
    requestId,
    fault?.kind === 'error',
  )
  if (fault?.kind === 'lost-answer') return void response.destroy()
  send(
    response,
    made.status,
    made.body,
    made.replayed ? { ...headers, 'idempotent-replayed': 'true' } : headers,
  )
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > bodyBytesMax) throw new Error('the body is too large')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** As Stripe's: a prefix and letters and digits without a meaning. */
function newId(prefix: string): string {
  return `${prefix}_${randomBytes(16).toString('base64url').replaceAll(/[-_]/g, '0')}`
}

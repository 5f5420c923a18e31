import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer as createSocketServer, type Socket } from 'node:net'
import type { Resolved } from '../aws/names.ts'

const headBytesMax = 16_384
const headSecondsMax = 30

// What the sandbox's own pages and the api answer; the rest of the origin is the dashboard's.
const toPages = /^\/sandbox(\/|\?|$)/
const toApi = /^\/(trpc|auth|webhooks|git|agent)(\/|\?|$)/

export type Front = { url: string; stop(): Promise<void> }

/**
 * The one origin of the sandbox, and the internet in front of the hosts. A connection whose first request asks for
 * `<name>.<appsDomain>` is handed through byte by byte to that host's gate, or to CloudFront, as DNS says: nothing of HTTP
 * is changed or even read after that first head. All else goes by path to the api, the sandbox's own pages, or the web.
 */
export async function startFront(options: {
  port: number
  appsDomain: string
  apiPort: number
  webPort: number
  pagesPort: number
  resolve: (host: string) => Promise<Resolved>
}): Promise<Front> {
  const http = productRouter(options)
  const sockets = new Set<Socket>()
  const front = createSocketServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setNoDelay(true)
    takeHead(socket, (head) => {
      const host = hostOf(head)
      if (!host.endsWith(`.${options.appsDomain}`)) return handOver(http, socket, head)
      toHost(socket, head, host, options.resolve)
    })
  })
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject)
    front.listen({ port: options.port, host: '127.0.0.1', backlog: 1024 }, resolve)
  })
  const six = createSocketServer((socket) => front.emit('connection', socket))
  // Browsers try ::1 first for localhost; a machine without IPv6 does without.
  await new Promise<void>((resolve) => {
    six.once('error', () => resolve())
    six.listen({ port: options.port, host: '::1', ipv6Only: true, backlog: 1024 }, resolve)
  })
  return {
    url: `http://${options.appsDomain}:${options.port}`,
    stop: () =>
      new Promise((resolve) => {
        six.close()
        front.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Collects bytes until the first request's head is whole, then gives the connection back untouched. */
function takeHead(socket: Socket, then: (head: Buffer) => void): void {
  let head: Buffer = Buffer.alloc(0)
  socket.setTimeout(headSecondsMax * 1000, () => socket.destroy())
  const onData = (bytes: Buffer) => {
    head = head.length ? Buffer.concat([head, bytes]) : bytes
    if (head.indexOf('\r\n\r\n') < 0 && head.length < headBytesMax) return
    socket.off('data', onData)
    socket.pause()
    socket.setTimeout(0)
    then(head)
  }
  socket.on('data', onData)
}

function hostOf(head: Buffer): string {
  const host = /\r\nhost:[ \t]*([^\r\n]*)/i.exec(head.toString('latin1'))?.[1] ?? ''
  return host.trim().toLowerCase().replace(/:\d+$/, '')
}

async function toHost(
  socket: Socket,
  head: Buffer,
  host: string,
  resolve: (host: string) => Promise<Resolved>,
): Promise<void> {
  const found = await resolve(host).catch((problem: unknown) => ({
    problem: `The name could not be asked: ${problem}`,
  }))
  if ('problem' in found) return plainAnswer(socket, 404, found.problem)
  const gate = connect(found.port, found.address ?? '127.0.0.1')
  gate.setNoDelay(true)
  gate.once('connect', () => {
    gate.write(head)
    socket.pipe(gate).pipe(socket)
  })
  gate.on('error', () => {
    if (gate.pending)
      plainAnswer(socket, 502, `The host of ${host} is there, but its gate takes no requests yet.`)
    else socket.destroy()
  })
  socket.once('close', () => gate.destroy())
  gate.once('close', () => socket.destroySoon())
}

function plainAnswer(socket: Socket, status: number, text: string): void {
  const head = `HTTP/1.1 ${status} ${status === 404 ? 'Not Found' : 'Bad Gateway'}\r\ncontent-type: text/plain; charset=utf-8\r\n`
  socket.end(`${head}content-length: ${Buffer.byteLength(text) + 1}\r\nconnection: close\r\n\r\n${text}\n`)
}

function handOver(http: ReturnType<typeof createServer>, socket: Socket, head: Buffer): void {
  http.emit('connection', socket)
  socket.unshift(head)
  socket.resume()
}

function productRouter(options: {
  apiPort: number
  webPort: number
  pagesPort: number
  appsDomain: string
  port: number
}) {
  const portFor = (path: string) => {
    if (toPages.test(path)) return options.pagesPort
    return toApi.test(path) ? options.apiPort : options.webPort
  }
  const server = createServer((request, response) => {
    const canonical = pageAtAddress(request, options)
    if (canonical) return response.writeHead(307, { location: canonical }).end()
    forward(request, response, portFor(request.url ?? '/'))
  })
  server.requestTimeout = 0
  server.timeout = 0
  server.on('upgrade', (request: IncomingMessage, socket: Socket, first: Buffer) => {
    const upstream = connect(portFor(request.url ?? '/'), '127.0.0.1', () => {
      const lines = [`${request.method} ${request.url} HTTP/1.1`]
      for (let i = 0; i < request.rawHeaders.length; i += 2)
        lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`)
      upstream.write(`${lines.join('\r\n')}\r\n\r\n`)
      upstream.write(first)
      socket.pipe(upstream).pipe(socket)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
    socket.once('close', () => upstream.destroy())
    upstream.once('close', () => socket.destroySoon())
  })
  return server
}

/** A person who opens 127.0.0.1 is sent to the name, because sessions and Origin checks belong to one origin. */
function pageAtAddress(
  request: IncomingMessage,
  options: { appsDomain: string; port: number },
): string | undefined {
  const isPage = request.method === 'GET' && request.headers.accept?.includes('text/html')
  if (!isPage || !/^(127\.0\.0\.1|\[::1\])(:|$)/.test(request.headers.host ?? '')) return undefined
  return `http://${options.appsDomain}:${options.port}${request.url}`
}

function forward(request: IncomingMessage, response: ServerResponse, port: number): void {
  const address = request.socket.remoteAddress ?? '127.0.0.1'
  const upstream = httpRequest({
    host: '127.0.0.1',
    port,
    method: request.method,
    path: request.url,
    headers: {
      ...request.headers,
      connection: 'close',
      'x-forwarded-for': address,
      'x-forwarded-proto': 'http',
    },
    // A kept connection to a part that was restarted would fail a request that nobody can send again.
    agent: false,
  })
  upstream.once('response', (answer) => {
    const { connection: _, 'keep-alive': __, ...headers } = answer.headers
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers)
    answer.pipe(response)
    answer.once('error', () => response.destroy())
  })
  upstream.once('error', () => {
    if (response.headersSent) return response.destroy()
    response.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' })
    response.end('This part of Slipway is not up at the moment. The terminal that runs it says why.\n')
  })
  response.once('close', () => upstream.destroy())
  request.pipe(upstream)
}

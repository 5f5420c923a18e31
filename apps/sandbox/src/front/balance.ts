import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { z } from 'zod'
import type { Bodies } from '../bodies/keep-bodies.ts'
import { type Balancer, balancer } from './balancer-record.ts'
import { type Health, type Probed, probe, toldHealth } from './probe-targets.ts'

const lookMilliseconds = 100
/** With no load balancer anywhere nothing changes fast. */
const lookIdleMilliseconds = 1000
/** An emulator that was started again knows nothing of it; what changes is told at once. */
const tellMilliseconds = 2000

export type Balancers = {
  /** Where the load balancer of this DNS name listens on this machine; undefined where there is none. */
  portOf(name: string): Promise<number | undefined>
  stop(): Promise<void>
}

/**
 * The load balancers that the emulator knows, in whichever account: each really asks its targets whether they are healthy,
 * says so to the emulator, and hands each request to one of the healthy. There is no TLS here: who comes counts as one who
 * came by HTTPS, to the listener that forwards.
 */
export function openBalancers({ emulatorUrl, bodies }: { emulatorUrl: string; bodies: Bodies }): Balancers {
  let known: Balancer[] = []
  let isStopped = false
  let toldAt = 0
  const probed = new Map<string, Probed>()
  const servers = new Map<string, Promise<{ port: number; close(): Promise<void> }>>()

  const placeOf = (id: string, port: number) => {
    const body = bodies.list().find(({ instance }) => instance.id === id)
    return body?.running ? { host: body.gateAddress, port } : undefined
  }
  const healthOf = (arn: string, id: string): Health => probed.get(`${arn} ${id}`)?.health ?? 'initial'

  const look = async () => {
    try {
      const answer = await fetch(`${emulatorUrl}/_ext/balancers`, { signal: AbortSignal.timeout(5000) })
      known = z.array(balancer).parse(await answer.json())
      const groups = known.flatMap(({ groups }) => groups)
      // Not waited for: a target that does not answer must not keep the others from being looked at.
      probe(groups, probed, placeOf, Date.now()).then((changed) => {
        if (changed) toldAt = 0
      })
      if (probed.size > 0 && Date.now() - toldAt > tellMilliseconds) {
        toldAt = Date.now()
        const body = JSON.stringify([...probed.values()].map(toldHealth))
        await fetch(`${emulatorUrl}/_ext/target-health`, { method: 'POST', body })
      }
    } catch {
      // The emulator is being started again; what was known still holds.
    }
    if (!isStopped) timer = setTimeout(look, known.length > 0 ? lookMilliseconds : lookIdleMilliseconds)
  }
  let timer = setTimeout(look, 0)

  let turn = 0
  /** One of the healthy in turn; where none is, any: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health.html */
  const choose = (name: string, cookie: string | undefined) => {
    const group = known.find((one) => one.name === name)?.groups[0]
    if (group === undefined || group.targets.length === 0) return undefined
    const healthy = group.targets.filter(({ id }) => healthOf(group.arn, id) === 'healthy')
    const open = healthy.length > 0 ? healthy : group.targets
    const kept = group.isSticky ? open.find(({ id }) => cookie?.includes(`AWSALB=${id}`)) : undefined
    turn += 1
    const target = kept ?? open[turn % open.length]
    const place = target && placeOf(target.id, target.port)
    return (
      place && { ...place, setCookie: group.isSticky && !kept ? `AWSALB=${target.id}; Path=/` : undefined }
    )
  }

  const serve = (name: string) => {
    const server = createServer((request, response) => {
      const target = choose(name, request.headers.cookie)
      if (target === undefined) return plain(response, 503, 'Service Temporarily Unavailable')
      forward(request, response, target)
    })
    server.requestTimeout = 0
    server.on('upgrade', (request: IncomingMessage, socket: Socket, first: Buffer) => {
      const target = choose(name, request.headers.cookie)
      if (target === undefined) return socket.destroy()
      tunnel(request, socket, first, target)
    })
    return new Promise<{ port: number; close(): Promise<void> }>((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve({
          port: address && typeof address === 'object' ? address.port : 0,
          close: () =>
            new Promise((closed) => {
              server.close(() => closed())
              server.closeAllConnections()
            }),
        })
      }),
    )
  }

  return {
    async portOf(name) {
      if (!known.some((one) => one.name === name)) return undefined
      const server = servers.get(name) ?? serve(name)
      servers.set(name, server)
      return (await server).port
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await Promise.all([...servers.values()].map(async (server) => (await server).close()))
    },
  }
}

type Place = { host: string; port: number; setCookie: string | undefined }

/** The header fields that an Application Load Balancer adds, and what is of the connection alone taken out. */
function fieldsFor(request: IncomingMessage): IncomingMessage['headers'] {
  const address = request.socket.remoteAddress ?? '127.0.0.1'
  const before = request.headers['x-forwarded-for']
  return {
    ...request.headers,
    'x-forwarded-for': before === undefined ? address : `${before}, ${address}`,
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
  }
}

function forward(request: IncomingMessage, response: ServerResponse, { host, port, setCookie }: Place): void {
  const { connection: _, ...headers } = fieldsFor(request)
  const upstream = httpRequest({
    host,
    port,
    method: request.method,
    path: request.url,
    headers,
    agent: false,
  })
  upstream.once('response', (answer) => {
    const { connection: _, 'keep-alive': __, ...fields } = answer.headers
    const cookies = [...(fields['set-cookie'] ?? []), ...(setCookie === undefined ? [] : [setCookie])]
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, {
      ...fields,
      ...(cookies.length > 0 && { 'set-cookie': cookies }),
    })
    answer.pipe(response)
    answer.once('error', () => response.destroy())
  })
  upstream.once('error', () => {
    if (response.headersSent) return response.destroy()
    plain(response, 502, 'Bad Gateway')
  })
  response.once('close', () => upstream.destroy())
  request.pipe(upstream)
}

function tunnel(request: IncomingMessage, socket: Socket, first: Buffer, { host, port }: Place): void {
  const upstream = connect(port, host, () => {
    const lines = Object.entries(fieldsFor(request)).flatMap(([name, value]) =>
      value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}`),
    )
    upstream.write(`${[`${request.method} ${request.url} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`)
    upstream.write(first)
    socket.pipe(upstream).pipe(socket)
  })
  upstream.on('error', () => socket.destroy())
  socket.on('error', () => upstream.destroy())
  socket.once('close', () => upstream.destroy())
  upstream.once('close', () => socket.destroySoon())
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${status} ${text}\n`)
}

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { homeOf } from '../home.ts'
import { freePort } from '../testing/running-agent.ts'
import { gateControl } from './gate-control.ts'
import { type Gate, runGateSupervisor } from './gate-supervisor.ts'
import type { Route } from './route.ts'

const program = fileURLToPath(new URL('../gate-worker.ts', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-gate-'))
const home = homeOf(folder)
const control = gateControl(home.gateSocket)
let gate: Gate
let gatePort: number
let app: Server
let appPort: number
let answer: (request: IncomingMessage, response: ServerResponse) => void

beforeAll(async () => {
  gatePort = await freePort()
  gate = await runGateSupervisor({
    routesFile: home.gateRoutes,
    socket: home.gateSocket,
    workerCommand: [program, String(gatePort), home.gateRoutes],
  })
  app = http.createServer((request, response) => answer(request, response))
  const sockets = new WebSocketServer({ server: app })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`echo ${data}`)))
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  const address = app.address()
  appPort = typeof address === 'object' && address ? address.port : 0
})
afterAll(async () => {
  app.closeAllConnections()
  app.close()
  await gate.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  answer = (request, response) => {
    let body = ''
    request.on('data', (piece) => {
      body += piece
    })
    request.on('end', () =>
      response.end(JSON.stringify({ url: request.url, headers: request.headers, body })),
    )
  }
  await control.setRoutes([route()])
})
afterEach(() => control.take())

const route = (more: Partial<Route> = {}): Route => ({
  name: 'web',
  serviceId: 'svc',
  port: appPort,
  held: false,
  holdSeconds: 5,
  ...more,
})

type Answer = { status: number; headers: http.IncomingHttpHeaders; body: string }
function ask(options: http.RequestOptions = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port: gatePort,
        agent: false,
        ...options,
        headers: { host: 'web.localhost', ...(options.headers ?? {}) },
      },
      (response) => {
        let text = ''
        response.on('data', (piece) => {
          text += piece
        })
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}
const seen = async (options: http.RequestOptions = {}, body?: string) =>
  JSON.parse((await ask(options, body)).body)

const workers = () =>
  execFileSync('pgrep', ['-f', `gate-worker.ts ${gatePort} ${home.gateRoutes}`], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number)
/** What each worker has for itself, in bytes: what it shares with every Node is not counted. */
const memoryOfWorkers = () =>
  workers().map(
    (pid) => Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024,
  )
function writeAll(to: Writable, piece: Buffer, times: number): void {
  let left = times
  const more = () => {
    while (left > 0) {
      left--
      if (!to.write(piece)) {
        to.once('drain', more)
        return
      }
    }
    to.end()
  }
  more()
}

describe('the gate', () => {
  it('tells the app who is calling, whatever the caller claims', async () => {
    const forged = {
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'bank',
      'x-real-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
    }
    const { headers } = await seen({ headers: forged })
    expect(headers).toMatchObject({
      host: 'web.localhost',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'web.localhost',
    })
    expect(JSON.stringify(headers)).not.toContain('6.6.6.6')
  })

  it('keeps to itself what belongs to one connection', async () => {
    const { headers } = await seen({
      headers: { connection: 'keep-alive, x-hop', 'x-hop': '1', 'x-kept': '2' },
    })
    expect(headers['x-hop']).toBeUndefined()
    expect(headers['x-kept']).toBe('2')
  })

  it('passes bodies of known and of unknown length', async () => {
    expect((await seen({ method: 'POST', headers: { 'content-length': 5 } }, 'hello')).body).toBe('hello')
    expect(
      (await seen({ method: 'PUT', headers: { 'transfer-encoding': 'chunked' } }, 'x'.repeat(200_000))).body,
    ).toHaveLength(200_000)
  })

  it('passes several cookies as they are', async () => {
    answer = (_request, response) =>
      response
        .writeHead(
          200,
          [
            ['set-cookie', 'a=1'],
            ['set-cookie', 'b=2'],
          ].flat(),
        )
        .end()
    expect((await ask()).headers['set-cookie']).toEqual(['a=1', 'b=2'])
  })

  it('passes an answer piece by piece as it comes', async () => {
    let end = () => {}
    answer = (_request, response) => {
      response.write('first')
      end = () => response.end('last')
    }
    const first = await new Promise<string>((resolve, reject) => {
      http
        .get(
          { host: '127.0.0.1', port: gatePort, agent: false, headers: { host: 'web.localhost' } },
          (response) => response.once('data', (piece) => resolve(String(piece))),
        )
        .on('error', reject)
    })
    expect(first).toBe('first')
    end()
  })

  it('passes WebSockets', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${gatePort}/chat`, { headers: { host: 'web.localhost' } })
    const said = new Promise((resolve, reject) => {
      socket.on('open', () => socket.send('hi'))
      socket.on('message', (data) => resolve(String(data)))
      socket.on('error', reject)
    })
    expect(await said).toBe('echo hi')
    socket.close()
  })

  it('does not mistake a broken answer for a whole one', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('half')
      setTimeout(() => response.destroy(), 20)
    }
    await expect(ask()).rejects.toThrow()
  })

  it('tells the app when the client is gone', async () => {
    const gone = new Promise((resolve) => {
      answer = (_request, response) => {
        response.once('close', () => resolve('gone'))
        response.write('.')
      }
    })
    const request = http.get({
      host: '127.0.0.1',
      port: gatePort,
      agent: false,
      headers: { host: 'web.localhost' },
    })
    request.on('error', () => {})
    request.on('response', () => request.destroy())
    expect(await gone).toBe('gone')
  })

  it('answers in words when there is no such service, none running, or none that answers', async () => {
    expect(await ask({ headers: { host: 'other.localhost' } })).toMatchObject({
      status: 404,
      body: expect.stringContaining('no service'),
    })
    await control.setRoutes([route({ port: null, words: 'It died: code 1.' })])
    expect(await ask()).toMatchObject({ status: 503, body: expect.stringContaining('It died: code 1.') })
    const page = await ask({ headers: { accept: 'text/html' } })
    expect(page).toMatchObject({
      status: 503,
      headers: { 'content-type': 'text/html; charset=utf-8', 'retry-after': '5' },
    })
    await control.setRoutes([route()])
    answer = (request) => request.socket.destroy()
    expect((await ask({ method: 'POST' }, 'x')).status).toBe(502)
  })

  it('refuses what is no HTTP', async () => {
    const socket = net.connect(gatePort, '127.0.0.1')
    const text = new Promise((resolve) => socket.on('data', (piece) => resolve(String(piece))))
    socket.write('NONSENSE\r\n\r\n')
    expect(await text).toContain('400')
  })

  it('holds requests and lets them go to where the service is then', async () => {
    await control.setRoutes([route({ port: 1, held: true })])
    const held = Promise.all(Array.from({ length: 50 }, () => ask()))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await control.setRoutes([route()])
    expect((await held).map(({ status }) => status)).toEqual(new Array(50).fill(200))
  })

  it('holds nobody longer than it may', async () => {
    await control.setRoutes([route({ held: true, holdSeconds: 1 })])
    const startedAt = performance.now()
    expect(await ask()).toMatchObject({ status: 503, body: expect.stringContaining('being replaced') })
    expect(performance.now() - startedAt).toBeGreaterThan(900)
  })

  it('is drained when the last request that is with the app is answered', async () => {
    let end = () => {}
    const arrived = new Promise<void>((resolve) => {
      answer = (_request, response) => {
        end = () => response.end('done')
        resolve()
      }
    })
    const slow = ask()
    await arrived
    expect(await control.drain(appPort, 50)).toBe(1)
    const drained = control.drain(appPort, 5000)
    end()
    expect(await drained).toBe(0)
    expect((await slow).body).toBe('done')
  })

  it('keeps no connection to an app that it was drained of', async () => {
    await Promise.all(Array.from({ length: 10 }, () => ask()))
    const open = () => new Promise<number>((resolve) => app.getConnections((_error, count) => resolve(count)))
    expect(await open()).toBeGreaterThan(0)
    await control.drain(appPort, 1000)
    await expect.poll(open).toBe(0)
  })

  it('counts requests and errors of a service', async () => {
    await control.setRoutes([route({ serviceId: 'counted' })])
    await ask()
    answer = (_request, response) => response.writeHead(500).end()
    await ask()
    const sum = { requests: 0, errors: 0 }
    const take = async () => {
      for (const { serviceId, requests, errors } of await control.take()) {
        if (serviceId !== 'counted') continue
        sum.requests += requests
        sum.errors += errors
      }
      return sum
    }
    await expect.poll(take, { timeout: 3000 }).toEqual({ requests: 2, errors: 1 })
  })

  it('divides requests between two releases by chance, within five sigma, and counts each apart and both together', async () => {
    const seenBy = { old: 0, new: 0 }
    answer = (_request, response) => {
      seenBy.old++
      response.end('old')
    }
    const other = http.createServer((_request, response) => {
      seenBy.new++
      response.writeHead(500).end('new')
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    try {
      await control.setRoutes([route({ serviceId: 'tried', canary: { port, percent: 10 } })])
      const agent = new http.Agent({ keepAlive: true, maxSockets: 16 })
      const requests = 4000
      const answers = await Promise.all(Array.from({ length: requests }, () => ask({ agent })))
      agent.destroy()
      expect(answers.filter(({ body }) => body === 'new')).toHaveLength(seenBy.new)
      const sigma = Math.sqrt(requests * 0.1 * 0.9)
      expect(Math.abs(seenBy.new - requests * 0.1)).toBeLessThan(5 * sigma)
      const sides = async () =>
        Object.fromEntries(
          (await control.sides()).map(({ serviceId, side, requests: all, errors, latency }) => [
            `${serviceId} ${side}`,
            { requests: all, errors, waits: latency.reduce((sum, count) => sum + count, 0) },
          ]),
        )
      await expect.poll(sides, { timeout: 3000 }).toEqual({
        'tried old': { requests: seenBy.old, errors: 0, waits: seenBy.old },
        'tried new': { requests: seenBy.new, errors: seenBy.new, waits: seenBy.new },
      })
      const together = (await control.totals()).find(({ serviceId }) => serviceId === 'tried')
      expect(together).toMatchObject({ requests, errors: seenBy.new })
      expect((await control.take()).every(({ side }) => side === undefined)).toBe(true)
    } finally {
      other.close()
      other.closeAllConnections()
    }
  })

  it('gives a request to the old release where the new one refuses it', async () => {
    const nobody = await freePort()
    await control.setRoutes([route({ canary: { port: nobody, percent: 50 } })])
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask()))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  })

  it('passes a gigabyte each way in flat memory', async () => {
    const gigabyte = 1_073_741_824
    const piece = Buffer.alloc(1_048_576, 'x')
    answer = (request, response) => {
      let bytes = 0
      request.on('data', (more: Buffer) => {
        bytes += more.length
      })
      request.on('end', () => {
        response.writeHead(200, { 'content-length': bytes })
        writeAll(response, piece, bytes / piece.length)
      })
    }
    const before = Math.max(...memoryOfWorkers())
    const request = http.request({
      host: '127.0.0.1',
      port: gatePort,
      method: 'POST',
      agent: false,
      headers: { host: 'web.localhost', 'content-length': gigabyte },
    })
    writeAll(request, piece, gigabyte / piece.length)
    let bytes = 0
    let highest = 0
    const timer = setInterval(() => {
      highest = Math.max(highest, ...memoryOfWorkers())
    }, 100)
    for await (const more of (await once(request, 'response'))[0]) bytes += more.length
    clearInterval(timer)
    expect(bytes).toBe(gigabyte)
    // Node frees what it read once about 64 MB of it are unused; with the gigabyte that has nothing to do.
    expect(highest - before).toBeLessThan(128_000_000)
  })

  it('holds ten thousand connections that say nothing, and answers the next', async () => {
    const sockets: net.Socket[] = []
    // In turns: a queue of connections that nobody takes yet is short.
    while (sockets.length < 10_000) {
      const more = Array.from({ length: 500 }, () => net.connect(gatePort, '127.0.0.1'))
      await Promise.all(more.map((socket) => once(socket, 'connect')))
      sockets.push(...more)
    }
    expect((await ask()).status).toBe(200)
    const perConnection = memoryOfWorkers().reduce((sum, bytes) => sum + bytes, 0) / sockets.length
    for (const socket of sockets) socket.destroy()
    expect(perConnection).toBeLessThan(40_000)
  })

  it('serves on when a worker dies, and replaces it', async () => {
    const [first = 0] = workers()
    process.kill(first, 'SIGKILL')
    // Reaped: before that it may have lost its command line already, and still hold the port.
    await expect.poll(() => existsSync(`/proc/${first}`)).toBe(false)
    for (let i = 0; i < 20; i++) expect((await ask()).status).toBe(200)
    await expect.poll(() => workers().length, { timeout: 5000 }).toBe(2)
  })

  it('renewed, keeps what it holds in the old worker until that is answered', async () => {
    await control.setRoutes([route({ held: true })])
    const held = ask()
    await new Promise((resolve) => setTimeout(resolve, 50))
    await control.renew()
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await control.setRoutes([route()])
    expect((await held).status).toBe(200)
    expect((await ask()).status).toBe(200)
  })
})

it('a load balancer hears whether the host is ready: once all that visitors reach runs, or will in a moment', async () => {
  const ready = async (path = '/slipway/ready') =>
    (await ask({ path, headers: { host: '10.110.0.7:80' } })).status
  expect(await ready()).toBe(200)
  expect(await ready('/')).toBe(404)
  await control.setRoutes([route(), route({ name: 'api', port: null })])
  expect(await ready()).toBe(503)
  await control.setRoutes([route(), route({ name: 'api', port: null, held: true })])
  expect(await ready()).toBe(200)
  expect((await ask({ path: '/slipway/ready' })).body).toContain('/slipway/ready')
})

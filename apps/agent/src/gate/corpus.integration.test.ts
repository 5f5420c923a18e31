import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { peersHere } from '../testing/proxies.ts'
import { freePort } from '../testing/running-agent.ts'
import { corpus } from './corpus.ts'

const program = fileURLToPath(new URL('../gate-worker.ts', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'slipway-corpus-'))
const processes: ChildProcess[] = []
const ports = new Map<string, number>()
const peers = peersHere()
/** More than the peers take to give up a head of which the end does not come. */
const patienceMilliseconds = 2500
const quietMilliseconds = 60

const app = http.createServer((request, response) => {
  request.resume()
  request.on('end', () => response.end(`${request.method} ${request.url}`))
})

beforeAll(async () => {
  const appPort = await new Promise<number>((resolve) =>
    app.listen(0, '127.0.0.1', () => {
      const address = app.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    }),
  )
  const port = await freePort()
  const worker = fork(program, [String(port), path.join(folder, 'none')])
  processes.push(worker)
  const route = { name: 'web', serviceId: 'svc', port: appPort, held: false, holdSeconds: 5 }
  worker.send({ type: 'routes', id: 1, routes: [route] })
  await new Promise((resolve) =>
    worker.on('message', (message) => JSON.stringify(message).includes('listening') && resolve(undefined)),
  )
  ports.set('the gate', port)
  for (const peer of peers) {
    const peerPort = await freePort()
    const proxy = peer.start(peerPort, appPort, folder)
    processes.push(proxy)
    ports.set(peer.name, peerPort)
    while (!(await isListening(peerPort)))
      if (proxy.exitCode !== null) throw new Error(`${peer.name} did not start`)
  }
})
afterAll(() => {
  for (const one of processes) one.kill('SIGKILL')
  app.closeAllConnections()
  app.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a request or what looks like one', () => {
  it.each(corpus)('$name: the gate answers $gate', async ({ sent, gate }) => {
    expect(await statuses('the gate', sent, gate)).toBe(gate)
  })
})

describe.skipIf(peers.length === 0)('what is written of the peers is so', () => {
  it.each(corpus)('$name', async ({ sent, haproxy, nginx }) => {
    for (const { name } of peers) {
      const said = name === 'nginx' ? nginx : haproxy
      expect(await statuses(name, sent, said), name).toBe(said)
    }
  })
})

it('says why wherever both peers do otherwise', () => {
  const unsaid = corpus.filter(
    ({ gate, haproxy, nginx, why }) => gate !== haproxy && gate !== nginx && why === undefined,
  )
  expect(unsaid).toEqual([])
})

/** Statuses of what comes back, in order; `closed` when nothing did. Asks no longer once it is what is expected. */
function statuses(name: string, sent: string, expected: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    let timer: NodeJS.Timeout | undefined
    const socket = net.connect(ports.get(name) ?? 0, '127.0.0.1', () => socket.write(sent, 'latin1'))
    const seen = () =>
      [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => status).join(' ') || 'closed'
    const end = () => {
      clearTimeout(timer)
      clearTimeout(last)
      socket.destroy()
      resolve(seen())
    }
    const last = setTimeout(end, patienceMilliseconds)
    socket.on('data', (piece) => {
      text += piece.toString('latin1')
      clearTimeout(timer)
      if (seen() === expected) timer = setTimeout(end, quietMilliseconds)
    })
    socket.on('error', () => {})
    socket.on('close', end)
  })
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

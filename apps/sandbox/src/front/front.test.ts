import { createServer, request, type Server } from 'node:http'
import { connect, createServer as createSocketServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../parts/ready.ts'
import { type Front, startFront } from './front.ts'

let front: Front
let port = 0
const servers: Server[] = []
const silent = createSocketServer()

beforeAll(async () => {
  const [apiPort, webPort, pagesPort, gatePort] = [
    await echo('api'),
    await echo('web'),
    await echo('pages'),
    await echo('gate'),
  ]
  port = await freePort()
  const closed = await freePort()
  front = await startFront({
    port,
    appsDomain: 'localhost',
    apiPort,
    webPort,
    pagesPort,
    resolve: async (host) => {
      if (host === 'web-shop-abcdef.localhost') return { port: gatePort }
      return host === 'web-shop-closed.localhost'
        ? { port: closed }
        : { problem: `No service is called ${host}.` }
    },
  })
})
afterAll(async () => {
  await front.stop()
  silent.close()
  for (const server of servers) server.close()
})

async function echo(name: string): Promise<number> {
  const server = createServer((asked, answer) => {
    let body = ''
    asked.on('data', (chunk) => {
      body += chunk
    })
    asked.on('end', () => answer.end(`${name} ${asked.method} ${asked.url} ${asked.headers.host} ${body}`))
  })
  server.on('upgrade', (asked, socket) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n${name} ${asked.url}\n`,
    )
    socket.pipe(socket)
  })
  servers.push(server)
  const chosen = await freePort()
  await new Promise<void>((resolve) => server.listen(chosen, '127.0.0.1', resolve))
  return chosen
}

function ask(
  path: string,
  host = `localhost:${port}`,
  options: { method?: string; body?: string; accept?: string } = {},
) {
  return new Promise<{ status: number; text: string; location?: string }>((resolve, reject) => {
    const headers = { host, ...(options.accept && { accept: options.accept }) }
    const asked = request(
      { host: '127.0.0.1', port, path, method: options.method, headers, agent: false },
      (answer) => {
        let text = ''
        answer.on('data', (chunk) => {
          text += chunk
        })
        const { location } = answer.headers
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text, ...(location && { location }) }),
        )
      },
    )
    asked.once('error', reject)
    asked.end(options.body)
  })
}

test.each([
  ['/trpc/apps.list?x=1', 'api'],
  ['/auth/session', 'api'],
  ['/git/acme/shop.git/info/refs', 'api'],
  ['/webhooks/stripe', 'api'],
  ['/sandbox/mails', 'pages'],
  ['/', 'web'],
  ['/authors', 'web'],
  ['/sandboxes', 'web'],
])('%s goes to %s', async (path, part) => {
  expect((await ask(path)).text).toMatch(new RegExp(`^${part} GET ${path.replace('?', '\\?')} localhost:`))
})

test('a body goes through whole', async () => {
  const body = 'x'.repeat(300_000)
  expect((await ask('/trpc/x', undefined, { method: 'POST', body })).text).toContain(body)
})

test("a service's name leads to its host's gate, with the name as Host", async () => {
  const host = `web-shop-abcdef.localhost:${port}`
  expect((await ask('/trpc', host)).text).toBe(`gate GET /trpc ${host} `)
})

test('an unknown name and a gate that is not up are told apart', async () => {
  expect(await ask('/', 'web-none-abcdef.localhost')).toMatchObject({ status: 404 })
  expect(await ask('/', 'web-shop-closed.localhost')).toMatchObject({ status: 502 })
})

test('a WebSocket goes to the api and speaks both ways', async () => {
  const socket = connect(port, '127.0.0.1')
  socket.write(
    `GET /agent HTTP/1.1\r\nhost: localhost:${port}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n`,
  )
  let heard = ''
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      heard += chunk
      if (heard.includes('api /agent\n') && !heard.includes('hello')) socket.write('hello')
      if (heard.includes('hello')) resolve()
    })
  })
  socket.destroy()
  expect(heard).toContain('101 Switching Protocols')
})

test('a page at the bare address leads to the name, a program there is served', async () => {
  const page = await ask('/apps', `127.0.0.1:${port}`, { accept: 'text/html' })
  expect(page).toMatchObject({ status: 307, location: `http://localhost:${port}/apps` })
  expect((await ask('/git/x', `127.0.0.1:${port}`)).text).toMatch(/^api/)
})

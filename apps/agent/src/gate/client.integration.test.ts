import { once } from 'node:events'
import net, { type AddressInfo, type Server, type Socket } from 'node:net'
import { latencyBoundsMilliseconds } from '@slipway/protocol/latency-bounds'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Client } from './client.ts'
import { Passage } from './passage.ts'

/** What the app does with a connection; each test writes its own. */
let app: (socket: Socket) => void
let appServer: Server
let gateServer: Server
let passage: Passage
let clients: Set<Client>
const opened = new Set<Socket>()

beforeEach(async () => {
  appServer = net.createServer({ allowHalfOpen: true }, (socket) => {
    keep(socket)
    app(socket)
  })
  passage = new Passage()
  clients = new Set()
  gateServer = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const client: Client = new Client(socket, passage, () => clients.delete(client))
    clients.add(client)
  })
  const appPort = await listen(appServer)
  await listen(gateServer)
  passage.setRoutes([{ name: 'web', serviceId: 'svc', port: appPort, held: false, holdSeconds: 5 }])
})
afterEach(() => {
  for (const socket of opened) socket.destroy()
  for (const client of clients) client.close()
  opened.clear()
  appServer.close()
  gateServer.close()
})

const keep = (socket: Socket) => {
  opened.add(socket)
  socket.on('error', () => {})
  return socket
}
async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return portOf(server.address())
}
const portOf = (address: string | AddressInfo | null) =>
  typeof address === 'object' && address ? address.port : 0

/** A client that writes bytes and sees bytes. `seen` waits until what came so far fits. */
function connect() {
  const socket = keep(
    net.connect({ port: portOf(gateServer.address()), host: '127.0.0.1', allowHalfOpen: true }),
  )
  let text = ''
  const looks: Array<() => void> = []
  socket.on('data', (piece) => {
    text += piece.toString('latin1')
    for (const look of looks.splice(0)) look()
  })
  const ended = new Promise<'in order' | 'broken off'>((resolve) => {
    socket.once('end', () => resolve('in order'))
    socket.once('error', () => resolve('broken off'))
  })
  return {
    socket,
    send: (more: string) => socket.write(more, 'latin1'),
    ended,
    async seen(pattern: RegExp): Promise<string> {
      while (!pattern.test(text)) await new Promise<void>((resolve) => looks.push(resolve))
      return text
    },
    get text() {
      return text
    },
  }
}

/** An app that answers each head of a request with this text. */
const answering = (text: string | ((head: string) => string)) => (socket: Socket) => {
  let unread = ''
  socket.on('data', (piece) => {
    unread += piece.toString('latin1')
    for (let end = unread.indexOf('\r\n\r\n'); end >= 0; end = unread.indexOf('\r\n\r\n')) {
      const head = unread.slice(0, end)
      unread = unread.slice(end + 4)
      socket.write(typeof text === 'string' ? text : text(head), 'latin1')
    }
  })
}
const get = (path = '/', version = '1.1') => `GET ${path} HTTP/${version}\r\nHost: web.localhost\r\n\r\n`
const hello = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'

test('requests that come all at once are answered in their order', async () => {
  app = answering((head) => {
    const path = head.split(' ')[1] ?? ''
    return `HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`
  })
  const client = connect()
  client.send(Array.from({ length: 200 }, (_, i) => get(`/${i}`)).join(''))
  const text = await client.seen(/\/199$/)
  expect([...text.matchAll(/\r\n\r\n\/(\d+)/g)].map(([, i]) => Number(i))).toEqual(
    Array.from({ length: 200 }, (_, i) => i),
  )
})

test('a request that comes byte by byte is answered like any other', async () => {
  app = answering(hello)
  const client = connect()
  for (const byte of get()) {
    client.send(byte)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await client.seen(/hello$/)).toMatch(/^HTTP\/1\.1 200 OK/)
})

test('an answer that comes byte by byte goes through', async () => {
  const answer = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: 1\r\n\r\n'
  app = (socket) =>
    socket.once('data', async () => {
      for (const byte of answer) {
        socket.write(byte, 'latin1')
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
  const client = connect()
  client.send(get())
  expect(await client.seen(/0\r\n\r\n$/)).toBe(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  )
})

test('a client that waits for “100 Continue” gets it from the app', async () => {
  app = (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 100 Continue\r\n\r\n')
      socket.once('data', (body) =>
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
      )
    })
  }
  const client = connect()
  client.send('POST / HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
  await client.seen(/100 Continue\r\n\r\n$/)
  client.send('hello')
  await client.seen(/200 OK[\s\S]*hello$/)
})

test('an early hint goes through, but not to a client of HTTP/1.0', async () => {
  app = answering(`HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n${hello}`)
  const client = connect()
  client.send(get())
  expect(await client.seen(/hello$/)).toContain('103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200')
  const old = connect()
  old.send(get('/', '1.0'))
  expect(await old.seen(/hello$/)).not.toContain('103')
})

test.each([
  ['an answer to HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
  ['204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['304', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
])('%s has no body, and the next answer follows', async (_, method, answer) => {
  app = answering(answer)
  const client = connect()
  const ask = get().replace('GET', method)
  client.send(ask + ask)
  expect(await client.seen(/HTTP[\s\S]*HTTP[\s\S]*\r\n\r\n$/)).toBe(answer + answer)
})

test('a client of HTTP/1.0 gets the data without their chunks, and the end', async () => {
  app = answering('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n')
  const client = connect()
  client.send(get('/', '1.0'))
  expect(await client.ended).toBe('in order')
  expect(client.text).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello')
})

test('an answer without a length ends when the app’s connection does', async () => {
  app = (socket) => socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nall of it'))
  const client = connect()
  client.send(get())
  expect(await client.ended).toBe('in order')
  expect(client.text).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it')
})

test('an answer without a length that breaks off is not taken for a whole one', async () => {
  app = (socket) =>
    socket.once('data', () => socket.write('HTTP/1.0 200 OK\r\n\r\nhalf', () => socket.resetAndDestroy()))
  const client = connect()
  client.send(get())
  expect(await client.ended).toBe('broken off')
})

test('an answer that comes before all of the request was sent reaches the client', async () => {
  app = (socket) =>
    socket.once('data', () => socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nless'))
  const client = connect()
  client.send(`POST / HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 10000000\r\n\r\n${'x'.repeat(1000)}`)
  expect(await client.seen(/less$/)).toContain('Connection: close')
  client.send('x'.repeat(100_000))
  expect(await client.ended).toBe('in order')
})

test('broken chunks are refused, and the app hears of it', async () => {
  let isTold: Promise<unknown> = Promise.resolve()
  app = (socket) => {
    isTold = once(socket, 'close')
    socket.resume()
    socket.on('end', () => socket.destroy())
  }
  const client = connect()
  client.send('POST / HTTP/1.1\r\nHost: web.localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello')
  await expect.poll(() => opened.size).toBe(2)
  client.send('more than five')
  await client.seen(/400 Bad Request[\s\S]*chunks/)
  await isTold
})

test('what reached the app is not sent again when it gives no answer', async () => {
  let requests = 0
  app = (socket) =>
    socket.on('data', () => {
      requests++
      if (requests === 1) socket.write(hello)
      else socket.destroy()
    })
  const client = connect()
  client.send(get())
  await client.seen(/hello$/)
  client.send(get())
  await client.seen(/502 Bad Gateway/)
  expect(requests).toBe(2)
})

test('what found nobody listening is sent once someone does', async () => {
  app = answering(hello)
  const port = portOf(appServer.address())
  appServer.close()
  await once(appServer, 'close')
  const client = connect()
  client.send(get())
  await expect.poll(() => clients.size).toBe(1)
  appServer = net.createServer((socket) => {
    keep(socket)
    app(socket)
  })
  appServer.listen(port, '127.0.0.1')
  expect(await client.seen(/hello$/)).toMatch(/^HTTP\/1\.1 200/)
})

test('a connection is used again as long as the app said that it waits, and no longer', async () => {
  let connections = 0
  app = (socket) => {
    connections++
    answering('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 5\r\n\r\nhello')(socket)
  }
  const client = connect()
  client.send(get() + get())
  await client.seen(/hello[\s\S]*hello$/)
  expect(connections).toBe(2)
  app = (socket) => {
    connections++
    answering('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=60\r\nContent-Length: 5\r\n\r\nhello')(socket)
  }
  client.send(get() + get() + get())
  await client.seen(/(?:hello[\s\S]*){5}$/)
  expect(connections).toBe(3)
})

test('what an app sends unasked is not the answer to the next request', async () => {
  app = (socket) => {
    answering(`${hello}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`)(socket)
  }
  const client = connect()
  client.send(get())
  await client.seen(/hello$/)
  client.send(get())
  await client.seen(/hello[\s\S]*hello$/)
  expect(client.text).not.toContain('poison')
})

test('a client that ends its side gets the answer that it asked for', async () => {
  app = (socket) => socket.once('data', () => setTimeout(() => socket.write(hello), 50))
  const client = connect()
  client.socket.end(get(), 'latin1')
  expect(await client.ended).toBe('in order')
  expect(client.text).toMatch(/hello$/)
})

test('a client that goes while its answer streams is told to the app', async () => {
  let isTold: Promise<unknown> = Promise.resolve()
  app = (socket) => {
    isTold = once(socket, 'close')
    socket.on('end', () => socket.destroy())
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n.\r\n'))
  }
  const client = connect()
  client.send(get())
  await client.seen(/\.\r\n$/)
  client.socket.end()
  await isTold
})

test('a stream counts with the time until it began', async () => {
  app = (socket) =>
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n.\r\n')
      setTimeout(() => socket.write('0\r\n\r\n'), 1200)
    })
  const client = connect()
  client.send(get())
  await client.seen(/0\r\n\r\n$/)
  const [tally] = passage.takeTallies()
  const slow = tally?.latency.slice(latencyBoundsMilliseconds.indexOf(1000) + 1)
  expect(tally?.requests).toBe(1)
  expect(slow?.every((count) => count === 0)).toBe(true)
})

test('after a switch of protocols every byte goes through, both ways, until either ends', async () => {
  app = (socket) => {
    socket.once('data', (head) => {
      expect(head.toString()).toMatch(/Upgrade: chat\r\n/)
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\nfirst ')
      socket.on('data', (piece) => socket.write(piece.toString('latin1').toUpperCase()))
      socket.on('end', () => socket.end('last'))
    })
  }
  const client = connect()
  client.send('GET / HTTP/1.1\r\nHost: web.localhost\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n')
  expect(await client.seen(/first $/)).toBe(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\nfirst ',
  )
  client.send('GET \0\r\n\r\n')
  await client.seen(/GET \0\r\n\r\n$/)
  client.socket.end()
  expect(await client.ended).toBe('in order')
  expect(client.text).toMatch(/last$/)
})

test('an app that switches protocols unasked gave no answer', async () => {
  app = answering('HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\n')
  const client = connect()
  client.send(get())
  await client.seen(/502 Bad Gateway/)
})

test.each([
  ['no head', '', 66_000, undefined],
  ['half a head', 'GET / HTTP/1.1\r\nHos', 31_000, /408 Request Timeout/],
  [
    'half a body',
    'POST / HTTP/1.1\r\nHost: web.localhost\r\nContent-Length: 9\r\n\r\nhalf',
    121_000,
    /408 Request Timeout/,
  ],
])('a client that sends %s is not waited for for ever', async (_, sent, milliseconds, answer) => {
  app = () => {}
  const client = connect()
  client.send(sent)
  await expect.poll(() => clients.size).toBe(1)
  if (answer) await expect.poll(() => sentTo(sent)).toBe(true)
  const now = performance.now()
  const sweep = (at: number) => [...clients].map((one) => one.sweep(now + at))
  sweep(milliseconds - 2000)
  expect(clients.size).toBe(1)
  sweep(milliseconds)
  if (answer) await client.seen(answer)
  await client.ended
})
/** The bytes are with the gate: what is read of them is what a client's own counter says was read. */
const sentTo = (sent: string) => [...opened].some((socket) => socket.bytesWritten >= sent.length)

test('an answer that nobody takes is given up, and does not fill the memory meanwhile', async () => {
  let taken = 0
  app = (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`
      const more = () => {
        while (taken < 500_000_000 && socket.write(piece)) taken += piece.length
      }
      socket.on('drain', more)
      more()
    })
  }
  const client = connect()
  client.socket.pause()
  client.send(get())
  let before = -1
  await expect
    .poll(
      () => {
        const isStill = taken > 0 && taken === before
        before = taken
        return isStill
      },
      { interval: 300 },
    )
    .toBe(true)
  expect(taken).toBeLessThan(30_000_000)
  for (const one of clients) one.sweep(performance.now() + 121_000)
  await expect.poll(() => clients.size).toBe(0)
})

import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEgress } from './egress.ts'
import { isInner } from './inner-networks.ts'

describe('inner networks', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    '2002:7f00:1::',
    '2001:0:53aa::1',
  ])('%s is inner', (address) => {
    expect(isInner(address)).toBe(true)
  })

  test.each(['8.8.8.8', '172.32.0.1', '100.63.255.255', '2a00:1450:4001::1', '2600:1f18::1'])(
    '%s is of the world',
    (address) => {
      expect(isInner(address)).toBe(false)
    },
  )
})

let server: Server
let port = 0
let asked: { host: string | undefined; method: string | undefined; body: string }[] = []

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk)
    asked.push({ host: request.headers.host, method: request.method, body: Buffer.concat(chunks).toString() })
    if (request.url === '/away') response.writeHead(302, { location: '/' }).end()
    else if (request.url === '/long') response.end('x'.repeat(200_000))
    else if (request.url === '/closed') request.socket.destroy()
    else response.writeHead(204).end()
  })
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening)
  })
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => {
  server.close()
})

const closed = openEgress([])
const open = () => openEgress([`http://*.localhost:${port}`])
const at = (path: string) => `http://shop.localhost:${port}${path}`

test.each([
  ['an address', (): string => `http://127.0.0.1:${port}/`],
  ['an address written otherwise', (): string => `http://2130706433:${port}/`],
  ['an address of IPv6', (): string => `http://[::1]:${port}/`],
  ['an address of IPv4 in IPv6', (): string => `http://[::ffff:127.0.0.1]:${port}/`],
  ['a name that leads to it', (): string => `http://localhost:${port}/`],
  ['the metadata of the machine', (): string => 'http://169.254.169.254/latest/meta-data'],
  ['another protocol', (): string => 'file:///etc/passwd'],
  ['no address at all', (): string => 'shop'],
])('nothing is asked of an inner network: %s', async (_, url) => {
  asked = []
  expect(await closed.ask(url())).toMatchObject({ is: 'not-asked' })
  expect(asked).toEqual([])
})

describe('what may be asked', () => {
  test('is asked by its name', async () => {
    asked = []
    const question = {
      method: 'POST' as const,
      body: '{"a":1}',
      headers: { 'content-type': 'application/json' },
    }
    expect(await open().ask(at('/'), question)).toEqual({ is: 'answered', status: 204, body: '' })
    expect(asked).toEqual([{ host: `shop.localhost:${port}`, method: 'POST', body: '{"a":1}' }])
  })

  test('is that one port and one label alone', async () => {
    expect(await open().ask(`http://shop.localhost:${port + 1}/`)).not.toMatchObject({ is: 'answered' })
    expect(await open().ask(`http://a.b.localhost:${port}/`)).not.toMatchObject({ is: 'answered' })
  })

  test('leads nowhere else, is not read for ever, and may be silent', async () => {
    expect(await open().ask(at('/away'))).toMatchObject({ status: 302 })
    const long = await open().ask(at('/long'))
    expect(long.is === 'answered' && long.body.length).toBe(64 * 1024)
    expect(await open().ask(at('/closed'))).toEqual({
      is: 'silent',
      words: 'the connection was closed without an answer',
    })
  })
})

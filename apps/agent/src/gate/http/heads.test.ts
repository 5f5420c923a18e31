import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAnswerHead } from './answer-head.ts'
import { readRequestHead } from './request-head.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`

describe('the head of a request', () => {
  test('goes to the app without what belongs to one connection and without what only we say', () => {
    const sent = lines(
      'GET /a?b HTTP/1.1',
      'Host: web.localhost',
      'Connection: keep-alive, X-Hop',
      'Keep-Alive: timeout=5',
      'X-Hop: 1',
      'Accept: */*',
      'X-Forwarded-For: 6.6.6.6',
      'x-forwarded-anything: 6.6.6.6',
      'X_Forwarded_Host: bank',
      'Forwarded: for=6.6.6.6',
      'X-Real-IP: 6.6.6.6',
      'X_Real_IP: 6.6.6.6',
      'Content_Length: 6',
      'TE: trailers',
      'Proxy-Authorization: Basic x',
      'Cookie: a=1',
    )
    expect(readRequestHead(bytes(sent))).toMatchObject({
      text: 'GET /a?b HTTP/1.1\r\nHost: web.localhost\r\nAccept: */*\r\nCookie: a=1\r\n',
      host: 'web.localhost',
      framing: { kind: 'none' },
      end: sent.length,
    })
  })

  test('of a whole address or of HTTP/1.0 names a path and HTTP/1.1', () => {
    const head = (line: string) => readRequestHead(bytes(lines(line, 'Host: web.localhost')))
    expect(head('GET http://WEB.localhost?a HTTP/1.1')).toMatchObject({
      text: 'GET /?a HTTP/1.1\r\nHost: web.localhost\r\n',
    })
    expect(head('GET /a HTTP/1.0')).toMatchObject({
      text: 'GET /a HTTP/1.1\r\nHost: web.localhost\r\n',
      isOld: true,
      wantsClose: true,
    })
  })

  test('asks for an upgrade, unless to HTTP/2', () => {
    const head = (protocol: string) =>
      readRequestHead(
        bytes(lines('GET / HTTP/1.1', 'Host: a', 'Connection: Upgrade', `Upgrade: ${protocol}`)),
      )
    expect(head('websocket')).toMatchObject({
      isUpgrade: true,
      text: 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n',
    })
    expect(head('h2c')).toMatchObject({ isUpgrade: false, text: 'GET / HTTP/1.1\r\nHost: a\r\n' })
  })

  test('is the same however it comes, and never done too early', () => {
    const sent = lines('POST /a HTTP/1.1', 'Host: web.localhost', 'Content-Length: 3', 'X: 1')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sent.length - 1 }), (cut) => {
        const all = bytes(sent)
        expect(readRequestHead(all.subarray(0, cut))).toBe('more')
        expect(readRequestHead(all, cut)).toEqual(readRequestHead(all))
      }),
    )
  })

  test('that never ends is refused once it is too long, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.constantFrom('a', 'GET /', 'X: 1\r\n', '\r\n'), (piece) => {
        const sent = bytes(`GET / HTTP/1.1\r\n${piece.repeat(Math.ceil(40_000 / piece.length))}`)
        expect(readRequestHead(sent)).not.toBe('more')
      }),
    )
  })
})

describe('the head of an answer', () => {
  const read = (text: string, isToHead = false) => readAnswerHead(bytes(text), 0, text.length, isToHead)

  test('goes to the client without what belongs to one connection', () => {
    const sent = lines(
      'HTTP/1.1 200 OK',
      'Content-Type: text/plain',
      'Connection: keep-alive, X-Hop',
      'Keep-Alive: timeout=5, max=100',
      'X-Hop: 1',
      'Set-Cookie: a=1',
      'Set-Cookie: b=2',
      'Content-Length: 5',
    )
    expect(read(sent)).toMatchObject({
      text: 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 5\r\n',
      framing: { kind: 'length', bytes: 5 },
      isReusable: true,
      reuseSeconds: 5,
    })
  })

  test.each([
    ['to HEAD has no body', lines('HTTP/1.1 200 OK', 'Content-Length: 5'), true, { kind: 'none' }],
    ['204 has no body', lines('HTTP/1.1 204 No Content', 'Content-Length: 5'), false, { kind: 'none' }],
    ['304 has no body', lines('HTTP/1.1 304 Not Modified', 'Content-Length: 5'), false, { kind: 'none' }],
    ['100 has no body', lines('HTTP/1.1 100 Continue'), false, { kind: 'none' }],
    ['in chunks', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: Chunked'), false, { kind: 'chunked' }],
    ['without a length ends with its connection', lines('HTTP/1.1 200 OK'), false, { kind: 'until close' }],
    ['of HTTP/1.0 too', lines('HTTP/1.0 200 OK'), false, { kind: 'until close' }],
    ['without a reason', lines('HTTP/1.1 200', 'Content-Length: 0'), false, { kind: 'none' }],
  ])('%s', (_, text, isToHead, framing) => {
    expect(read(text, isToHead)).toMatchObject({ framing })
  })

  test('of HTTP/1.0 goes on as HTTP/1.1, and its connection is not used again', () => {
    expect(read(lines('HTTP/1.0 200 OK', 'Content-Length: 5'))).toMatchObject({
      text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n',
      isReusable: false,
    })
  })

  test.each([
    ['with two lengths that differ', lines('HTTP/1.1 200 OK', 'Content-Length: 5', 'Content-Length: 6')],
    ['with a length and chunks', lines('HTTP/1.1 200 OK', 'Content-Length: 5', 'Transfer-Encoding: chunked')],
    ['with another coding', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: gzip')],
    ['with a folded field', lines('HTTP/1.1 200 OK', 'X: 1', ' 2')],
    ['of another protocol', lines('ICY 200 OK')],
    ['without a status', lines('HTTP/1.1 OK')],
  ])('%s is none', (_, text) => {
    expect(read(text)).toBeUndefined()
  })

  test('in chunks leaves it to the gate to say so', () => {
    expect(read(lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', 'X: 1'))).toMatchObject({
      text: 'HTTP/1.1 200 OK\r\nX: 1\r\n',
      framing: { kind: 'chunked' },
    })
  })

  test('with the same length twice says it once', () => {
    expect(read(lines('HTTP/1.1 200 OK', 'Content-Length: 5', 'Content-Length: 5'))).toMatchObject({
      text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n',
    })
  })
})

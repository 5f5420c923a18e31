import { createServer, METHODS, type Server } from 'node:http'
import { Duplex } from 'node:stream'
import { corpus } from './corpus.ts'
import { readAnswerHead } from './http/answer-head.ts'
import { Body } from './http/body.ts'
import { type RequestHead, readRequestHead } from './http/request-head.ts'

/** What is put into a request to make another of it. */
const pieces = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\0',
    ' ',
    '\t',
    ':',
    ';',
    ',',
    '\x0b',
    '\x7f',
    '\x80',
    '\xff',
    '0',
    '1',
    'f',
    '#',
    '/',
  ],
  ...[
    '\r\n\r\n',
    'HTTP/1.1',
    'HTTP/1.0',
    'GET / ',
    'Host: a',
    'Host:',
    '\r\n ',
    '0\r\n\r\n',
    '5\r\nhello\r\n',
  ],
  ...[
    'Content-Length: 5',
    'Content-Length: ',
    'Transfer-Encoding: chunked',
    'Connection: close',
    'Expect: 100-continue',
  ],
  ...[
    'Upgrade: websocket\r\nConnection: upgrade',
    'X-Forwarded-For: 6.6.6.6',
    'http://web.localhost',
    'a'.repeat(300),
  ],
]
const answers = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'HTTP/1.0 200\r\n\r\nhello',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
]

const taken = corpus.filter(({ gate }) => gate.startsWith('200'))

export type Fuzzed = {
  inputs: number
  accepted: number
  refused: number
  unfinished: number
  compared: number
}

/**
 * Reads `inputs` texts made from the corpus by chance, always the same for a `seed`, in pieces. Throws with the
 * text when reading it throws or does not come to an end, and when Node's own strict parser sees something else
 * in what would go to the app than one request that ends where the gate says.
 */
export async function fuzz(inputs: number, seed: number): Promise<Fuzzed> {
  const random = randomFrom(seed)
  const other = otherParser()
  const seen: Fuzzed = { inputs, accepted: 0, refused: 0, unfinished: 0, compared: 0 }
  for (let i = 0; i < inputs; i++) {
    // Every other from one that is taken, or hardly any would be.
    const from = i % 2 === 0 ? corpus : taken
    const text = mutated(from[random(from.length)]?.sent ?? '', random)
    const answer = mutated(answers[random(answers.length)] ?? '', random)
    try {
      readAnswer(answer, random)
      const head = readInPieces(text, random)
      if (head === 'more') seen.unfinished++
      else if ('status' in head) seen.refused++
      else {
        seen.accepted++
        const body = bodyBehind(head, text)
        if (body !== undefined && (await other.isSame(head, body))) seen.compared++
      }
    } catch (error) {
      throw new Error(`${JSON.stringify(text)} or ${JSON.stringify(answer)}`, { cause: error })
    }
  }
  other.close()
  return seen
}

function mutated(text: string, random: (below: number) => number): string {
  let made = text
  for (let left = random(4); left > 0; left--) {
    const at = random(made.length + 1)
    const to = at + random(8)
    const piece = pieces[random(pieces.length)] ?? ''
    switch (random(5)) {
      case 0:
        made = made.slice(0, at) + piece + made.slice(at)
        break
      case 1:
        made = made.slice(0, at) + made.slice(to)
        break
      case 2:
        made = made.slice(0, at) + piece + made.slice(to)
        break
      case 3:
        made = made.slice(0, at) + String.fromCharCode(random(256)) + made.slice(at + 1)
        break
      default:
        made = made.slice(0, at) + made.slice(Math.max(0, at - random(60)))
    }
  }
  return made
}

function readInPieces(text: string, random: (below: number) => number) {
  const bytes = Buffer.from(text, 'latin1')
  let head: ReturnType<typeof readRequestHead> = 'more'
  let seen = 0
  for (let left = 2; left >= 0 && head === 'more'; left--) {
    const end = left === 0 ? bytes.length : Math.min(bytes.length, seen + random(bytes.length + 1))
    head = readRequestHead(bytes.subarray(0, end), seen)
    seen = end
  }
  return head
}

function readAnswer(text: string, random: (below: number) => number): void {
  const bytes = Buffer.from(text, 'latin1')
  const head = readAnswerHead(bytes, 0, bytes.length, random(2) === 0)
  if (!head || head === 'more') return
  new Body(head.framing, { isBare: random(2) === 0 }).read(bytes, head.end, bytes.length, () => {})
}

/** The body as the app would get it; undefined when it is broken or not whole. */
function bodyBehind(head: RequestHead, text: string): string | undefined {
  const body = new Body(head.framing)
  const bytes = Buffer.from(text, 'latin1')
  let out = ''
  const used = body.read(bytes, head.end, bytes.length, (from, to) => {
    out += bytes.toString('latin1', from, to)
  })
  return used !== undefined && body.isDone ? out : undefined
}

/** Node's parser, which apps use: it must see one request, and the same end. */
function otherParser() {
  let requests = 0
  let bodyBytes = 0
  let wrong: Error | undefined
  const server: Server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    requests++
    request.on('data', (piece: Buffer) => {
      bodyBytes += piece.length
    })
    request.on('end', () => response.end())
  })
  server.on('upgrade', (_request, socket) => {
    requests++
    socket.destroy()
  })
  server.on('checkContinue', (request, response) => server.emit('request', request, response))
  server.on('clientError', (error) => {
    wrong = error
  })
  return {
    close: () => server.close(),
    async isSame(head: RequestHead, body: string): Promise<boolean> {
      const method = head.text.split(' ', 1)[0] ?? ''
      // Its parser knows a closed list of methods; an upgrade has no body; what names no host goes to no app.
      if (!METHODS.includes(method) || head.isUpgrade || head.host === '') return false
      requests = 0
      bodyBytes = 0
      wrong = undefined
      const { promise: answered, resolve } = Promise.withResolvers<void>()
      const socket = new Duplex({
        read() {},
        write(_piece, _encoding, done) {
          done()
          resolve()
        },
        destroy(_error, done) {
          done(null)
          resolve()
        },
      })
      server.emit('connection', socket)
      socket.push(Buffer.from(`${head.text}X-Forwarded-For: 127.0.0.1\r\n\r\n${body}`, 'latin1'))
      let isWaiting = true
      for (let turn = 0; turn < 50 && isWaiting; turn++)
        isWaiting = await Promise.race([
          answered.then(() => false),
          new Promise<boolean>((next) => setImmediate(next, true)),
        ])
      await new Promise((next) => setImmediate(next))
      socket.destroy()
      const data = head.framing.kind === 'length' ? head.framing.bytes : undefined
      if (wrong) throw wrong
      if (isWaiting) throw new Error('it waits for more')
      if (requests !== 1) throw new Error(`it saw ${requests} requests`)
      if (data !== undefined && data !== bodyBytes) throw new Error(`it saw ${bodyBytes} bytes of body`)
      return true
    },
  }
}

/** A generator that gives the same for the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { type Call, type Fault, type FaultAsked, fault, isFor } from './fault.ts'
import { readCall } from './read-call.ts'
import { isRefusal, refusalOf } from './refusal.ts'

/** Longer bodies are objects, and their call is told by the path alone. */
const readBytesMax = 1_000_000
const seenMax = 1000

export type AskedFault = {
  id: number
  fault: Fault
  /** Calls that it met. */
  met: Call[]
  isOver: boolean
}
export type Faults = {
  /** From the next call on. Of several that fit a call, the one asked for first meets it. */
  ask(asked: FaultAsked): AskedFault
  list(): AskedFault[]
  end(id: number): void
  endAll(): void
}
export type FaultDoor = { url: string; faults: Faults; stop(): Promise<void> }

/**
 * The door through which Slipway and its hosts reach AWS here. Calls go through as they are, signatures and all,
 * unless a fault was asked for that fits: then they are refused as AWS refuses, late, broken off, or done while
 * their answer is lost.
 */
export async function startFaultDoor(options: { port: number; upstreamPort: number }): Promise<FaultDoor> {
  const asked: AskedFault[] = []
  const until = new Map<number, number>()
  const accounts = new Map<string, string>()
  let next = 1

  const isOver = (one: AskedFault) =>
    one.isOver ||
    (one.fault.times !== undefined && one.met.length >= one.fault.times) ||
    performance.now() > (until.get(one.id) ?? Number.POSITIVE_INFINITY)
  const faults: Faults = {
    ask(raw) {
      const made: AskedFault = { id: next++, fault: fault.parse(raw), met: [], isOver: false }
      if (made.fault.forSeconds !== undefined)
        until.set(made.id, performance.now() + made.fault.forSeconds * 1000)
      asked.push(made)
      return made
    },
    list: () => asked.map((one) => Object.assign(one, { isOver: isOver(one) })),
    end(id) {
      for (const one of asked) if (one.id === id) one.isOver = true
    },
    endAll() {
      for (const one of asked) one.isOver = true
    },
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  server.requestTimeout = 0
  server.keepAliveTimeout = 60_000

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hasAsked = asked.some((one) => !isOver(one))
    const isSts = /\/sts\/aws4_request/.test(request.headers.authorization ?? '')
    if (!hasAsked && !isSts) return forward(request, response)
    const body = await readUpTo(request, readBytesMax)
    const { method = 'GET', url: path = '/', headers } = request
    const call = readCall({ method, path, headers, body: body.toString('latin1') }, (key) =>
      accounts.get(key),
    )
    const met = asked.find((one) => !isOver(one) && isFor(one.fault, call))
    if (met && met.met.length < seenMax) met.met.push(call)
    const kind = met?.fault.kind
    if (kind && isRefusal(kind)) {
      request.resume()
      const refusal = refusalOf(kind, call)
      response.writeHead(refusal.status, refusal.headers).end(refusal.body)
      return
    }
    switch (kind) {
      case 'cut':
        response.destroy()
        return
      case 'hangs':
        request.resume()
        return
      case 'slow':
        await wait((met?.fault.lateSeconds ?? 0) * 1000)
    }
    return forward(request, response, {
      first: body,
      isLost: kind === 'answer lost',
      ...(isSts && { onAnswer: (text: string) => learnAccount(text, accounts) }),
    })
  }

  function forward(
    request: IncomingMessage,
    response: ServerResponse,
    more: { first?: Buffer; isLost?: boolean; onAnswer?: (text: string) => void } = {},
  ): Promise<void> {
    return new Promise((resolve) => {
      const upstream = httpRequest({
        host: '127.0.0.1',
        port: options.upstreamPort,
        method: request.method,
        path: request.url,
        headers: request.rawHeaders,
        setHost: false,
        agent: false,
      })
      upstream.once('response', async (answer) => {
        if (more.isLost) {
          answer.resume()
          answer.once('close', () => response.destroy())
          return
        }
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders)
        if (more.onAnswer) {
          let text = ''
          answer.on('data', (piece) => {
            text += piece
          })
          answer.once('end', () => more.onAnswer?.(text))
        }
        answer.once('error', () => response.destroy())
        answer.pipe(response)
      })
      upstream.once('error', () => response.destroy())
      response.once('close', () => {
        if (!more.isLost) upstream.destroy()
        resolve()
      })
      if (more.first) upstream.write(more.first)
      request.pipe(upstream)
    })
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${options.port}`,
    faults,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What has come of the body, all of it when it is not longer; the rest is still to be read. */
async function readUpTo(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  while (bytes < bytesMax && !request.readableEnded) {
    const piece: Buffer | null = request.read()
    if (piece) {
      pieces.push(piece)
      bytes += piece.length
    } else {
      await new Promise<void>((resolve) => {
        const go = () => {
          request.off('readable', go)
          request.off('end', go)
          request.off('close', go)
          resolve()
        }
        request.once('readable', go)
        request.once('end', go)
        request.once('close', go)
      })
      if (request.destroyed) break
    }
  }
  return Buffer.concat(pieces)
}

/** The key of an assumed role belongs to that role's account. */
function learnAccount(text: string, accounts: Map<string, string>): void {
  const key = /<AccessKeyId>([^<]+)</.exec(text)?.[1]
  const account = /<Arn>arn:aws:sts::(\d{12}):/.exec(text)?.[1]
  if (key && account) accounts.set(key, account)
}

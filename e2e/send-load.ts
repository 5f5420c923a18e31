// A process that sends requests at a steady rate: node send-load.ts ADDRESS PER_SECOND. Told to stop by a message
// `{ stop: atLeast }`, it reports and ends.
import { Agent, get } from 'node:http'
import { z } from 'zod'

const [address = '', rate = '0'] = process.argv.slice(2)
const { hostname, port } = new URL(address)
// What nobody uses is closed from here: the gate does so after a minute, and a request could meet that on its way.
const agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: 30_000 })
const failures = new Map<string, number>()
const titles = new Set<string>()
let answered = 0
let open = 0
let longestMilliseconds = 0
let stopAfter: number | undefined

const fail = (what: string) => {
  failures.set(what, (failures.get(what) ?? 0) + 1)
}
const ask = () => {
  const startedAt = performance.now()
  open++
  const request = get(
    { host: '127.0.0.1', port, agent, headers: { host: `${hostname}:${port}` } },
    (response) => {
      let body = ''
      response.on('data', (data) => {
        body += data
      })
      response.on('error', (error) => fail(error.message))
      response.on('close', () => {
        open--
        longestMilliseconds = Math.max(longestMilliseconds, performance.now() - startedAt)
        if (response.statusCode !== 200) return fail(`status ${response.statusCode}`)
        if (!response.complete) return fail('cut off')
        answered++
        titles.add(/<title>(.*)<\/title>/.exec(body)?.[1] ?? body)
      })
    },
  )
  request.on('error', (error) => {
    open--
    fail(error.message)
  })
}

// By the clock and not by the timer's count: what a late timer missed is sent with the next.
const startedAt = performance.now()
let sent = 0
const timer = setInterval(() => {
  if (stopAfter !== undefined && answered >= stopAfter) return end()
  const due = ((performance.now() - startedAt) / 1000) * Number(rate)
  for (; sent < due && open < 4000; sent++) ask()
}, 5)

function end() {
  clearInterval(timer)
  const drained = setInterval(() => {
    if (open > 0) return
    clearInterval(drained)
    const failed = [...failures].map(([what, times]) => `${times} × ${what}`)
    process.send?.({ answered, failed, longestMilliseconds, bodies: titles.size })
    process.disconnect?.()
    agent.destroy()
  }, 20)
}

process.on('message', (message) => {
  stopAfter = z.object({ stop: z.number() }).parse(message).stop
})

// Whoever asked for it is gone, with a test that failed: nobody stops it any more.
process.once('disconnect', () => {
  clearInterval(timer)
  agent.destroy()
})

import http from 'node:http'

export type LoadResult = {
  sent: number
  ok: number
  failed: number
  errors: Record<string, number>
  bodies: Record<string, number>
  longestMilliseconds: number
  p50Milliseconds: number
}

/**
 * Sends requests at a steady rate, whether earlier ones were answered or not, until `stop` resolves to what
 * became of them. Each wait counts from when the request was due, not from when it could be sent.
 */
export function load(options: { port: number; host: string; perSecond: number; path?: string }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 500 })
  const waits: number[] = []
  const errors: Record<string, number> = {}
  const bodies: Record<string, number> = {}
  let sent = 0
  let open = 0
  const startedAt = performance.now()
  const count = (what: Record<string, number>, name: string) => {
    what[name] = (what[name] ?? 0) + 1
  }
  const send = () => {
    const dueAt = performance.now()
    sent++
    open++
    let isDone = false
    const end = (record: Record<string, number>, name: string) => {
      if (isDone) return
      isDone = true
      open--
      waits.push(performance.now() - dueAt)
      count(record, name)
    }
    const request = http.get(
      {
        host: '127.0.0.1',
        port: options.port,
        path: options.path ?? '/',
        agent,
        headers: { host: options.host },
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (piece) => {
          body += piece
        })
        response.once('error', (error) => end(errors, error.message))
        response.once('end', () =>
          response.statusCode === 200 ? end(bodies, body) : end(errors, String(response.statusCode)),
        )
      },
    )
    request.once('error', (error: NodeJS.ErrnoException) => end(errors, error.code ?? error.message))
  }
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * options.perSecond)
    while (sent < due) send()
  }, 5)
  return {
    async stop(): Promise<LoadResult> {
      clearInterval(timer)
      const until = performance.now() + 15_000
      while (open > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
      agent.destroy()
      waits.sort((a, b) => a - b)
      const failed = Object.values(errors).reduce((sum, n) => sum + n, 0) + open
      if (open > 0) errors['no answer'] = open
      return {
        sent,
        ok: sent - failed,
        failed,
        errors,
        bodies,
        longestMilliseconds: Math.round(waits.at(-1) ?? 0),
        p50Milliseconds: Math.round((waits[waits.length >> 1] ?? 0) * 10) / 10,
      }
    },
  }
}

import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { fault as faultForm } from '../faults/fault.ts'
import type { Faults } from '../faults/fault-door.ts'
import type { SandboxClock } from '../parts/clock.ts'
import type { MailCatcher } from '../parts/mail-catcher.ts'
import { clockPage } from './clock-page.ts'
import { faultsPage } from './faults-page.ts'
import { mailPage, mailsPage } from './mail-page.ts'
import { html, page } from './page.ts'
import type { Answer, Asked } from './request.ts'
import { type ConsoleSetting, serveConsole } from './serve-console.ts'

export type Pages = { url: string; stop(): Promise<void> }

/**
 * The sandbox's own pages: mails, the customers' AWS console, the clock, faults; by `Accept`, `GET` and `DELETE /mails`,
 * `GET` and `POST /clock` (`{"to": "…"}`) and `GET`, `POST` and `DELETE /faults` speak JSON. They lie under /sandbox of the
 * one origin as well.
 */
export async function servePages(options: {
  port: number
  mails: MailCatcher
  clock: SandboxClock
  console: ConsoleSetting
  faults: Faults
}): Promise<Pages> {
  const server = createServer(async (request, response) => {
    const answer = await route(options, request).catch((problem: unknown): Answer => {
      const what = problem instanceof Error ? problem.message : String(problem)
      return { status: 500, html: page('Not possible', html`<p class="bad" role="alert">${what}</p>`) }
    })
    if ('location' in answer) return response.writeHead(303, { location: answer.location }).end()
    const [type, body] =
      'json' in answer
        ? ['application/json', JSON.stringify(answer.json)]
        : ['text/html; charset=utf-8', answer.html]
    response.writeHead(answer.status ?? 200, { 'content-type': type }).end(body)
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', () => {
      const address = server.address()
      resolve(address && typeof address === 'object' ? address.port : options.port)
    })
  })
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function route(options: Parameters<typeof servePages>[0], request: IncomingMessage): Promise<Answer> {
  const asked = await read(request)
  if (asked.method !== 'GET' && isForeign(request)) {
    return { status: 403, html: page('Refused', html`<p>Another site may not press these buttons.</p>`) }
  }
  const { method, path, wantsJson } = asked
  if (path === '' || path === '/') return { location: '/sandbox/mails' }
  if (method === 'GET' && path === '/mails') {
    return wantsJson ? { json: options.mails.list() } : { html: mailsPage(options.mails.list()) }
  }
  if (method === 'DELETE' && path === '/mails') {
    options.mails.clear()
    return { json: [] }
  }
  const mail = options.mails.list().find(({ id }) => path === `/mails/${id}`)
  if (mail) return wantsJson ? { json: mail } : { html: mailPage(mail) }
  if (path === '/clock') return moveClock(options.clock, asked)
  if (path === '/faults') return askForFaults(options.faults, asked)
  const answer = path.startsWith('/console') ? await serveConsole(options.console, asked) : undefined
  return answer ?? { status: 404, html: page('Not here', html`<p>There is no such page in the sandbox.</p>`) }
}

async function moveClock(clock: SandboxClock, { method, form, wantsJson }: Asked): Promise<Answer> {
  if (method === 'POST') {
    const days = Number(form.get('days') ?? 0)
    const to = form.get('to')
      ? new Date(form.get('to') ?? '')
      : new Date(clock.now().getTime() + days * 86_400_000)
    await clock.moveTo(to)
    if (!wantsJson) return { location: '/sandbox/clock' }
  }
  const state = { now: clock.now().toISOString(), offsetMilliseconds: clock.offsetMilliseconds() }
  return wantsJson ? { json: state } : { html: clockPage(clock.now(), clock.offsetMilliseconds()) }
}

function askForFaults(faults: Faults, { method, form, wantsJson }: Asked): Answer {
  if (method === 'POST' && form.has('end')) faults.end(Number(form.get('end')))
  else if (method === 'POST') {
    const named = [...form].filter(([, value]) => value.trim() !== '')
    const asked = faultForm.safeParse(Object.fromEntries(named.map(([name, value]) => [name, value.trim()])))
    if (!asked.success)
      return {
        status: 400,
        html: page('Not asked for', html`<p class="bad" role="alert">${z.prettifyError(asked.error)}</p>`),
      }
    faults.ask(asked.data)
  } else if (method === 'DELETE') faults.endAll()
  if (method === 'POST' && !wantsJson) return { location: '/sandbox/faults' }
  return wantsJson ? { json: faults.list() } : { html: faultsPage(faults.list()) }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const url = new URL(request.url ?? '/', 'http://sandbox')
  const body = request.method === 'POST' ? await text(request) : ''
  const isJson = request.headers['content-type']?.startsWith('application/json')
  return {
    method: request.method ?? 'GET',
    path: url.pathname.replace(/^\/sandbox/, '').replace(/\/$/, ''),
    query: url.searchParams,
    form: new URLSearchParams(isJson ? Object.entries<string>(JSON.parse(body)) : body),
    wantsJson: !request.headers.accept?.includes('text/html'),
  }
}

function isForeign(request: IncomingMessage): boolean {
  const { origin, host } = request.headers
  return origin !== undefined && origin !== 'null' && new URL(origin).host !== host
}

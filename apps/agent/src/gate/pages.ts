import type { Refusal } from './http/refusal.ts'

export type Page = {
  status: Refusal['status'] | 200 | 404 | 502 | 503
  what: string
  why: string
  retryAfterSeconds?: number
}

export const pages = {
  ready: (isReady: boolean): Page =>
    isReady
      ? { status: 200, what: 'Ready.', why: 'All services of this host can be asked.' }
      : { status: 503, what: 'Not ready.', why: 'A service of this host is not running.' },
  unknown: (name: string): Page => ({
    status: 404,
    what: 'There is no service of this name here.',
    why: `Nothing on this host answers for “${name.slice(0, 63)}”.`,
  }),
  notRunning: (words: string | undefined): Page => ({
    status: 503,
    what: 'The service is not running.',
    why: words ?? 'It has not been started yet.',
    retryAfterSeconds: 5,
  }),
  heldTooLong: (seconds: number): Page => ({
    status: 503,
    what: 'The service is being replaced.',
    why: `The new version was not ready within ${seconds} seconds.`,
    retryAfterSeconds: 5,
  }),
  tooManyHeld: (): Page => ({
    status: 503,
    what: 'The service is being replaced.',
    why: 'Too many requests wait for the new version already.',
    retryAfterSeconds: 2,
  }),
  tooManyClients: (): Page => ({
    status: 503,
    what: 'The host has no room for another connection.',
    why: 'As many are open as it can hold.',
    retryAfterSeconds: 5,
  }),
  noAnswer: (): Page => ({
    status: 502,
    what: 'The service gave no answer.',
    why: 'It closed the connection before it answered. Its log says more.',
  }),
  brokenAnswer: (): Page => ({
    status: 502,
    what: 'The service gave no answer that can be passed on.',
    why: 'What it sent is no answer by the rules of HTTP/1.1.',
  }),
  refused: ({ status, why }: Refusal): Page => ({ status, what: 'The request was refused.', why }),
}

const reasons: Record<Page['status'], string> = {
  200: 'OK',
  400: 'Bad Request',
  404: 'Not Found',
  408: 'Request Timeout',
  414: 'URI Too Long',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
}

/** An answer in words: HTML where a browser asks, else plain text; without its body to a HEAD request. */
export function answerOf(
  page: Page,
  asked: { wantsHtml: boolean; isHead: boolean; closes: boolean },
): Buffer {
  const body = Buffer.from(asked.wantsHtml ? html(page) : `${page.what}\n${page.why}\n`)
  const head = [
    `HTTP/1.1 ${page.status} ${reasons[page.status]}`,
    `Content-Type: text/${asked.wantsHtml ? 'html' : 'plain'}; charset=utf-8`,
    `Content-Length: ${body.length}`,
    'Cache-Control: no-store',
    ...(page.retryAfterSeconds ? [`Retry-After: ${page.retryAfterSeconds}`] : []),
    ...(asked.closes ? ['Connection: close'] : []),
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), ...(asked.isHead ? [] : [body])])
}

function html(page: Page): string {
  const escaped = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${page.status}</title><style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem}h1{font-size:1.25rem}</style>
<h1>${escaped(page.what)}</h1><p>${escaped(page.why)}</p>
`
}

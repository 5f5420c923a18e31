import type { IncomingMessage, ServerResponse } from 'node:http'

export type Page = { status: 404 | 502 | 503; what: string; why: string; retryAfterSeconds?: number }

export const pages = {
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
  noAnswer: (): Page => ({
    status: 502,
    what: 'The service gave no answer.',
    why: 'It closed the connection before it answered. Its log says more.',
  }),
}

/** Answers in words: HTML where a browser asks, else plain text. Ends the response. */
export function answerWithPage(request: IncomingMessage, response: ServerResponse, page: Page): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const asHtml = request.headers.accept?.includes('text/html') ?? false
  const body = asHtml ? html(page) : `${page.what}\n${page.why}\n`
  response.writeHead(page.status, {
    'content-type': `text/${asHtml ? 'html' : 'plain'}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(page.retryAfterSeconds ? { 'retry-after': String(page.retryAfterSeconds) } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function html(page: Page): string {
  const escaped = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${page.status}</title><style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem}h1{font-size:1.25rem}</style>
<h1>${escaped(page.what)}</h1><p>${escaped(page.why)}</p>
`
}

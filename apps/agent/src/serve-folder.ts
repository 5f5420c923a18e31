import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { pipeline } from 'node:stream'
import { readServeConfig } from './config.ts'
import { contentTypeOf } from './site/content-type.ts'

/** Serves a folder of files on $PORT: index.html for folders, 404.html where there is one, ranges of bytes not. */
export async function serveFolder(folder: string): Promise<void> {
  const { port } = readServeConfig()
  const root = await realpath(folder)
  const server = http.createServer((request, response) => {
    answer(root, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(port, '127.0.0.1')
  process.on('SIGTERM', () => {
    server.close(() => process.exit(0))
    server.closeIdleConnections()
  })
}

async function answer(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  const url = new URL(request.url ?? '/', 'http://localhost')
  const asked = decoded(url.pathname)
  const found = asked === undefined ? undefined : await fileFor(root, asked)
  if (found === 'folder') {
    response.writeHead(301, { location: `${url.pathname}/${url.search}`, 'content-length': 0 }).end()
    return
  }
  const file = found ?? (await fileFor(root, '/404.html'))
  if (!file || file === 'folder') {
    response
      .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
      .end('There is no such file here.\n')
    return
  }
  const { size, mtime } = await stat(file)
  const tag = `"${size.toString(36)}-${mtime.getTime().toString(36)}"`
  const headers = {
    'content-type': contentTypeOf(file),
    etag: tag,
    'last-modified': mtime.toUTCString(),
    'cache-control': 'no-cache',
  }
  if (found && request.headers['if-none-match'] === tag) {
    response.writeHead(304, headers).end()
    return
  }
  response.writeHead(found ? 200 : 404, { ...headers, 'content-length': size })
  if (request.method === 'HEAD') response.end()
  else pipeline(createReadStream(file), response, () => {})
}

/** Only what lies inside the folder, links followed; names that begin with a dot are nobody's business. */
async function fileFor(root: string, asked: string): Promise<string | 'folder' | undefined> {
  if (asked.split('/').some((part) => part.startsWith('.') && part !== '.well-known')) return undefined
  const candidates = asked.endsWith('/') ? [`${asked}index.html`] : [asked, `${asked}.html`]
  for (const candidate of candidates) {
    const file = await realpath(path.join(root, candidate)).catch(() => undefined)
    if (!file || !(file === root || file.startsWith(`${root}${path.sep}`))) continue
    const status = await stat(file)
    if (status.isFile()) return file
    if (status.isDirectory()) return 'folder'
  }
  return undefined
}

function decoded(pathname: string): string | undefined {
  try {
    const text = decodeURIComponent(pathname)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from './testing/running-agent.ts'

let folder: string
let port: number
let server: ChildProcess

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-serve-'))
  const site = path.join(folder, 'site')
  mkdirSync(path.join(site, 'docs'), { recursive: true })
  writeFileSync(path.join(site, 'index.html'), 'home')
  writeFileSync(path.join(site, 'docs/index.html'), 'docs')
  writeFileSync(path.join(site, 'about.html'), 'about')
  writeFileSync(path.join(site, '404.html'), 'lost')
  writeFileSync(path.join(site, '.env'), 'secret')
  writeFileSync(path.join(folder, 'outside.txt'), 'outside')
  symlinkSync(path.join(folder, 'outside.txt'), path.join(site, 'link.txt'))
  port = await freePort()
  server = spawn(process.execPath, [fileURLToPath(new URL('./main.ts', import.meta.url)), 'serve', site], {
    env: { PORT: String(port) },
    stdio: 'inherit',
  })
  for (let tries = 0; tries < 200; tries++) {
    const isUp = await get('/').then(
      () => true,
      () => false,
    )
    if (isUp) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
})
afterAll(() => {
  server.kill()
  rmSync(folder, { recursive: true, force: true })
})

function get(
  url: string,
  headers: http.OutgoingHttpHeaders = {},
  method = 'GET',
): Promise<{ status: number; body: string; headers: http.IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    http
      .request({ host: '127.0.0.1', port, path: url, headers, method, agent: false }, (response) => {
        let body = ''
        response.on('data', (piece) => {
          body += piece
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
        )
      })
      .on('error', reject)
      .end()
  })
}

it.each([
  ['/', 200, 'home'],
  ['/about', 200, 'about'],
  ['/docs/', 200, 'docs'],
  ['/docs?x=1', 301, ''],
  ['/nothing', 404, 'lost'],
  ['/.env', 404, 'lost'],
  ['/link.txt', 404, 'lost'],
  ['/..%2Foutside.txt', 404, 'lost'],
  ['/%2e%2e/outside.txt', 404, 'lost'],
  ['/%00', 404, 'lost'],
])('%s is answered with %i', async (url, status, body) => {
  expect(await get(url)).toMatchObject({ status, body })
})

it('what the visitor has already is not sent again', async () => {
  const { etag } = (await get('/')).headers
  expect(await get('/', { 'if-none-match': etag })).toMatchObject({ status: 304, body: '' })
})
it('nothing but reading is allowed', async () => {
  expect((await get('/', {}, 'POST')).status).toBe(405)
})

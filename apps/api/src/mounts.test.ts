import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { makeWorld, type World } from './isolation/world.ts'
import { call, testApi } from './testing.ts'

let world: World
let folder: string

beforeAll(async () => {
  world = await makeWorld(await testApi())
  folder = await mkdtemp(join(tmpdir(), 'slipway-push-'))
})

afterAll(async () => {
  await world.api.close()
  await rm(folder, { recursive: true, force: true })
})

async function git(...args: string[]): Promise<string> {
  const identity = [
    '-c',
    'user.name=Olga',
    '-c',
    'user.email=olga@example.com',
    '-c',
    'init.defaultBranch=main',
  ]
  const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' }
  const { stdout, stderr } = await promisify(execFile)('git', [...identity, ...args], { cwd: folder, env })
  return stdout + stderr
}

async function remoteFor(token: string): Promise<string> {
  const { data } = await call(world.owner.browser, 'query', 'organisations.mine')
  const slug = /"slug":"([^"]+)"/.exec(JSON.stringify(data))?.[1]
  return `${world.api.url.replace('//', `//x:${token}@`)}/git/${slug}/${world.app}.git`
}

async function tokenOf(scope: 'git' | 'api'): Promise<string> {
  const asked = { organisationId: world.organisationId, name: 'laptop', scopes: [scope], days: 1 }
  const { data } = await call(world.owner.browser, 'mutation', 'tokens.create', asked)
  return /slw_\w+/.exec(JSON.stringify(data))?.[0] ?? ''
}

test('a push with a token for git arrives and is told what it leads to; no other token opens the remote', async () => {
  const remote = await remoteFor(await tokenOf('git'))
  await git('init', '-q')
  await writeFile(join(folder, 'index.html'), '<h1>Hello</h1>\n')
  await git('add', '.')
  await git('commit', '-qm', 'Say hello')
  const words = await git('push', remote, 'main:feature')
  expect(words).toContain('Say hello')
  expect(words).toContain('deploys nothing')

  await expect(git('push', await remoteFor(await tokenOf('api')), 'main')).rejects.toThrow(/token/)
  await expect(git('ls-remote', await remoteFor(world.foreignToken))).rejects.toThrow()
})

test('a webhook that Stripe signed is taken once, however often it comes; another is refused', async () => {
  const body = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'invoice.paid',
    data: { object: { id: 'in_1', object: 'invoice' } },
  })
  const send = (signature: string) =>
    fetch(`${world.api.url}/webhooks/stripe`, {
      method: 'POST',
      body,
      headers: { 'stripe-signature': signature },
    })
  const at = Math.floor(Date.now() / 1000)
  const signature = createHmac('sha256', 'whsec_test').update(`${at}.${body}`).digest('hex')
  expect((await send(`t=${at},v1=${signature}`)).status).toBe(200)
  expect((await send(`t=${at},v1=${signature}`)).status).toBe(200)
  expect((await send(`t=${at},v1=${'0'.repeat(64)}`)).status).toBe(401)
  const events = await world.db.inSystem('record a webhook of Stripe', (tx) => tx.stripeEvent.findMany())
  expect(events.map(({ id }) => id)).toEqual(['evt_1'])
})

test('a page cannot open the channel of agents, and nothing else can be upgraded', async () => {
  const refusal = (path: string, headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`${world.api.url.replace('http', 'ws')}${path}`, { headers })
      socket.on('error', (error) => resolve(error.message))
      socket.on('open', () => resolve('open'))
    })
  expect(await refusal('/agent', { origin: 'http://slipway.test' })).toContain('403')
  expect(await refusal('/trpc', {})).toContain('hang up')
})

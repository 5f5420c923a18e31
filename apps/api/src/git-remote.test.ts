import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createAdaptorServer } from '@hono/node-server'
import { makeLog, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { createToken, setRole } from '@slipway/organisations'
import { addPerson } from '@slipway/organisations/testing'
import { createCloneToken, type Push, type PushOutcome } from '@slipway/sources'
import { addApp } from '@slipway/sources/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type GitRemote, gitRemote } from './git-remote.ts'

const clock = stoppedClock(new Date('2026-03-01T12:00:00Z'))
const packBytesMax = 200_000
let database: Awaited<ReturnType<typeof testDatabase>>
let app: Awaited<ReturnType<typeof addApp>>
let token: string
let server: Server
let port: number
let folder: string
let pushes: Push[]
let outcome: PushOutcome
let failuresLeft = 0
let follow: GitRemote['followExecution']

beforeAll(async () => {
  database = await testDatabase()
  folder = mkdtempSync(join(tmpdir(), 'slipway-remote-'))
  const answer = gitRemote({
    db: database.db,
    clock,
    log: makeLog('test', 'silent'),
    gitRoot: join(folder, 'git'),
    publicUrl: 'http://slipway.test',
    packBytesMax,
    async receivePush(_tx, push) {
      if (failuresLeft-- > 0) throw new Error('Postgres restarted')
      pushes.push(push)
      return outcome
    },
    followExecution: (execution, signal) => follow(execution, signal),
  })
  const made = createAdaptorServer({ fetch: answer, overrideGlobalObjects: false })
  if (!('requestTimeout' in made)) throw new Error('not a server of HTTP/1')
  server = made
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

let work: string
beforeEach(async () => {
  app = await addApp(database.db, 'notes')
  token = await makeToken(app.owner)
  pushes = []
  outcome = { kind: 'stays', branch: 'main' }
  failuresLeft = 0
  follow = async function* () {}
  work = join(folder, newId('push'))
  mkdirSync(work)
  await git('init', '-q', '-b', 'main')
})
afterEach(() => rmSync(work, { recursive: true, force: true }))

async function makeToken(userId: typeof app.owner) {
  const asked = { userId, name: 'laptop', scopes: ['git' as const], days: 30 }
  return (await createToken(database.db, app.organisationId, asked, clock)).token
}

const remote = (password = token, at = app.organisation, name = 'notes.git') =>
  `http://x:${password}@127.0.0.1:${port}/git/${at}/${name}`

const run = promisify(execFile)
const env = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  LC_ALL: 'C',
}

type Ended = { status: number; out: string; words: string }

async function git(...args: string[]): Promise<Ended> {
  const identity = ['-c', 'user.name=Ines', '-c', 'user.email=ines@example.com']
  try {
    const { stdout, stderr } = await run('git', [...identity, ...args], { cwd: work, env, maxBuffer: 1e8 })
    return { status: 0, out: stdout, words: stderr }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !('stderr' in error)) throw error
    return { status: Number(error.code), out: '', words: String(error.stderr) }
  }
}

async function commit(name: string, content: string | Buffer): Promise<string> {
  writeFileSync(join(work, name), content)
  await git('add', '.')
  await git('commit', '-qm', `Add ${name}`)
  return (await git('rev-parse', 'HEAD')).out.trim()
}

test('a push arrives, its commits and plan go to the pipeline, and a clone has the same files', async () => {
  const sha = await commit('Procfile', 'web: ./hello\n')
  const pushed = await git('push', remote(), 'main')
  expect(pushed).toMatchObject({ status: 0 })
  expect(pushed.words).toContain(`Slipway has ${sha.slice(0, 7)} Add Procfile on main.`)
  expect(pushes).toMatchObject([
    {
      organisationId: app.organisationId,
      appId: app.appId,
      ref: 'refs/heads/main',
      after: sha,
      by: app.owner,
      plan: { ok: true },
    },
  ])
  const cloned = await git('clone', '-q', remote(), 'again')
  expect(cloned).toMatchObject({ status: 0 })
  expect(existsSync(join(work, 'again/Procfile'))).toBe(true)
  for (const version of ['0', '1']) {
    expect(
      await git('-c', `protocol.version=${version}`, 'clone', '-q', remote(), `again-${version}`),
    ).toMatchObject({ status: 0 })
  }
})

test('after the push the terminal shows the execution line by line until it ends, without control characters', async () => {
  await commit('index.html', 'words')
  outcome = { kind: 'deploys', executionId: newId('execution'), number: 12 }
  let goOn = () => {}
  const wait = new Promise<void>((resolve) => {
    goOn = resolve
  })
  follow = async function* ({ id }) {
    yield `build of ${outcome.kind === 'deploys' && id === outcome.executionId}`
    await wait
    yield '\u001b[31mred\u001b[0m \u0007bell\rback'
    yield 'x'.repeat(200_000)
    yield 'It answers: http://web-notes-abcdef.localhost'
  }
  const child = spawn('git', ['push', remote(), 'main'], { cwd: work, env })
  let words = ''
  child.stderr.on('data', (chunk) => {
    words += chunk
    if (words.includes('build of true')) goOn()
  })
  const [status] = await once(child, 'close')
  expect(status).toBe(0)
  expect(words).toContain('Execution 12: http://slipway.test/o/acme')
  expect(words).toContain('remote: red bellback')
  expect(words.match(/x/g)?.length).toBeGreaterThanOrEqual(200_000)
  expect(words).toMatch(/It answers: http:\/\/web-notes-abcdef\.localhost\s/)
  expect(words).toContain('main -> main')
})

test('a client that leaves ends its lines, and the push stays recorded', async () => {
  await commit('index.html', 'words')
  outcome = { kind: 'deploys', executionId: newId('execution'), number: 1 }
  const left = new Promise<void>((resolve) => {
    follow = async function* (_execution, signal) {
      yield 'building'
      await once(signal, 'abort')
      resolve()
    }
  })
  const child = spawn('git', ['push', remote(), 'main'], { cwd: work, env, detached: true })
  child.stderr.on('data', (chunk) => {
    if (String(chunk).includes('building') && child.pid) process.kill(-child.pid, 'SIGINT')
  })
  await once(child, 'close')
  await left
  expect(pushes).toHaveLength(1)
})

test('an execution whose lines break off does not fail the push', async () => {
  await commit('index.html', 'words')
  outcome = { kind: 'deploys', executionId: newId('execution'), number: 1 }
  follow = async function* () {
    yield 'building'
    throw new Error('Postgres restarted')
  }
  const pushed = await git('push', remote(), 'main')
  expect(pushed.status).toBe(0)
  expect(pushed.words).toContain('These lines broke off; the deployment goes on')
})

test('a push that cannot be recorded at first is recorded once the database is back', async () => {
  await commit('index.html', 'words')
  failuresLeft = 1
  const pushed = await git('push', remote(), 'main')
  expect(pushed.status).toBe(0)
  expect(pushed.words).toContain('Slipway has')
  expect(pushes).toHaveLength(1)
})

test('a push to a branch that deploys nothing says so, and which one does', async () => {
  await commit('index.html', 'words')
  const pushed = await git('push', remote(), 'main:try')
  expect(pushed.status).toBe(0)
  expect(pushed.words).toContain('try deploys nothing; pushes to main do')
})

test('a refused manifest is shown with its line', async () => {
  await commit('slipway.yaml', 'services:\n  web:\n    runn: x\n')
  outcome = { kind: 'deploys', executionId: newId('execution'), number: 1 }
  const pushed = await git('push', remote(), 'main')
  expect(pushed.words).toContain('slipway.yaml:3:5')
  expect(pushed.words).toContain('Did you mean run?')
})

test('a push that is too large is refused in words, and nothing of it is there', async () => {
  await commit('large', randomBytes(packBytesMax * 40))
  const pushed = await git('push', remote(), 'main')
  expect(pushed.status).toBe(1)
  expect(pushed.words).toContain('This push is larger than 200000 bytes')
  expect(pushes).toEqual([])
  expect((await git('ls-remote', remote())).out).toBe('')
})

test('a wrong token, none, and one of another scope are refused with 401 in words', async () => {
  await commit('index.html', 'words')
  const made = { userId: app.owner, name: 'api', scopes: ['api' as const], days: 1 }
  const other = (await createToken(database.db, app.organisationId, made, clock)).token
  for (const password of [`${token.slice(0, -1)}!`, other, 'slc_nonsense', 'password']) {
    const pushed = await git('push', remote(password), 'main')
    expect(pushed.status).toBe(128)
    expect(pushed.words).toContain('Authentication failed')
    expect(pushed.words).toMatch(/This (clone )?token/)
  }
  const bare = await fetch(
    `http://127.0.0.1:${port}/git/${app.organisation}/notes.git/info/refs?service=git-receive-pack`,
  )
  expect(bare.status).toBe(401)
  expect(bare.headers.get('www-authenticate')).toContain('Basic')
  expect(pushes).toEqual([])
})

test("another organisation's app is not found, like one that does not exist", async () => {
  const foreign = await addApp(database.db, 'notes')
  const [theirs, nothing] = [
    await git('ls-remote', remote(token, foreign.organisation)),
    await git('ls-remote', remote(token, app.organisation, 'nothing.git')),
  ]
  for (const answer of [theirs, nothing]) {
    expect(answer.status).toBe(128)
    expect(answer.words).toMatch(/not found/)
    expect(answer.words).toContain('or you may not see it')
  }
})

test('a viewer may fetch and not push', async () => {
  await commit('index.html', 'words')
  await git('push', remote(), 'main')
  const viewer = await addPerson(database.db, 'Vera')
  await database.db.inOrganisation(app.organisationId, (tx) =>
    setRole(tx, app.organisationId, { userId: viewer, role: 'viewer', by: app.owner }, clock),
  )
  const hers = await makeToken(viewer)
  expect((await git('ls-remote', remote(hers))).out).toContain('refs/heads/main')
  await commit('more', 'words')
  const pushed = await git('push', remote(hers), 'main')
  expect(pushed.status).toBe(128)
  expect(pushed.words).toContain('Viewers may fetch, not push')
  expect(pushes).toHaveLength(1)
})

test('a clone token fetches one commit once, also one that no branch has any more, and never pushes', async () => {
  const old = await commit('index.html', 'words')
  await git('push', remote(), 'main')
  await git('commit', '-q', '--amend', '-m', 'Other words')
  await git('push', '-q', '--force', remote(), 'main')
  const make = () =>
    database.db.inOrganisation(app.organisationId, (tx) =>
      createCloneToken(tx, app, new Date(Date.now() + 600_000)),
    )
  const at = (password: string) => remote(password).replace('//x:', '//slipway:')
  const once = await make()
  await git('init', '-q', 'runner')
  expect(await git('-C', 'runner', 'fetch', '-q', '--depth', '1', at(once), old)).toMatchObject({ status: 0 })
  expect((await git('-C', 'runner', 'show', 'FETCH_HEAD:index.html')).out).toBe('words')
  expect((await git('-C', 'runner', 'fetch', '-q', at(once), old)).words).toContain(
    'This clone token was used or has expired',
  )
  expect((await git('push', at(await make()), 'main:other')).words).toContain('Authentication failed')
})

test('refs outside branches and tags can neither be written nor seen', async () => {
  await commit('index.html', 'words')
  const pushed = await git('push', remote(), 'main:refs/slipway/x')
  expect(pushed.status).toBe(1)
  expect(pushed.words).toContain('deny updating a hidden ref')
  expect(pushes).toEqual([])
})

test('objects that git itself finds broken are refused', async () => {
  await commit('index.html', 'words')
  const tree = (await git('write-tree')).out.trim()
  const broken = `tree ${tree}\nauthor Ines ines@example.com> 1 +0000\ncommitter Ines <ines@example.com> 1 +0000\n\nwords\n`
  writeFileSync(join(work, 'object'), broken)
  const sha = (await git('hash-object', '-t', 'commit', '-w', '--literally', 'object')).out.trim()
  const pushed = await git('push', remote(), `${sha}:refs/heads/main`)
  expect(pushed.status).toBe(1)
  expect(pushes).toEqual([])
})

test('addresses that are none of git are not found', async () => {
  const headers = { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` }
  const base = `http://127.0.0.1:${port}/git/${app.organisation}/notes.git`
  for (const path of [
    '',
    '/HEAD',
    '/objects/info/packs',
    '/info/refs',
    '/info/refs?service=git-shell',
    '/../notes.git/config',
    '/info/refs?service=git-upload-archive',
  ]) {
    expect([path, (await fetch(base + path, { headers })).status]).toEqual([path, 404])
  }
})

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeLog, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { builtinSource } from './builtin/builtin.ts'
import { ensureRepository, hasRepository } from './builtin/repository.ts'
import { createCloneToken, openWithCloneToken } from './clone-token.ts'
import type { Push, PushOutcome } from './push.ts'
import { recordPushes } from './record-pushes.ts'
import { noSha } from './source.ts'
import { sweepRefs } from './sweep-refs.ts'
import { addApp } from './testing.ts'

const clock = stoppedClock(new Date('2026-03-01T12:00:00Z'))
let database: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

let folder: string
let gitRoot: string
let app: Awaited<ReturnType<typeof addApp>>
let repository: string
let seen: Push[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-pushes-'))
  gitRoot = join(folder, 'git')
  mkdirSync(gitRoot)
  app = await addApp(database.db, 'notes')
  repository = await ensureRepository(gitRoot, app.appId, 'main')
  execFileSync('git', ['init', '-q', '-b', 'main', join(folder, 'work')])
  seen = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Ines', '-c', 'user.email=ines@example.com', '-c', 'commit.gpgsign=false']
  const env = { ...process.env, GIT_COMMITTER_NAME: app.owner, GIT_COMMITTER_EMAIL: 'x@example.com' }
  return execFileSync('git', [...identity, ...args], {
    cwd: join(folder, 'work'),
    encoding: 'utf8',
    env,
  }).trim()
}

function commit(words: string): string {
  writeFileSync(join(folder, 'work/Procfile'), `web: echo ${words}\n`)
  git('add', '.')
  git('commit', '-qm', words)
  return git('rev-parse', 'HEAD')
}

const push = (...refs: string[]) => git('push', '-q', '--force', repository, ...refs)

const parts = (receivePush = receive) => ({
  db: database.db,
  source: builtinSource(gitRoot),
  clock,
  receivePush,
})

async function receive(_tx: unknown, push: Push): Promise<PushOutcome> {
  seen.push(push)
  return { kind: 'stays', branch: 'main' }
}

const record = () => recordPushes(parts(), app)
const rows = () =>
  database.db.inOrganisation(app.organisationId, (tx) =>
    tx.push.findMany({ where: { appId: app.appId }, orderBy: { receivedAt: 'asc' } }),
  )

test('a push is recorded once, with who pushed, its commits and its plan', async () => {
  const first = commit('one')
  const second = commit('two')
  push('main')
  await record()
  await record()
  expect(seen).toMatchObject([
    {
      ref: 'refs/heads/main',
      before: noSha,
      after: second,
      by: app.owner,
      head: { sha: second, subject: 'two' },
      plan: { ok: true, plan: { services: [{ run: 'echo two' }] } },
    },
  ])
  expect(seen[0]?.commits.map(({ sha }) => sha)).toEqual([second, first])
  expect(await rows()).toMatchObject([{ after: second, by: app.owner }])
})

test('back to an older commit by force, a new branch, a tag and a deleted branch are each a push of their own', async () => {
  const first = commit('one')
  const second = commit('two')
  push('main', 'main:other')
  await record()
  push(`${first}:main`, ':other', 'main:refs/tags/v1')
  await record()
  const moves = (await rows()).map(({ ref, before, after }) => [ref, before, after])
  expect(moves.slice(0, 2).sort()).toEqual([
    ['refs/heads/main', noSha, second],
    ['refs/heads/other', noSha, second],
  ])
  expect(moves.slice(2).sort()).toEqual([
    ['refs/heads/main', second, first],
    ['refs/heads/other', second, noSha],
    ['refs/tags/v1', noSha, second],
  ])
  const gone = seen.find((one) => one.ref === 'refs/heads/other' && one.after === noSha)
  expect(gone).toMatchObject({ head: undefined, plan: undefined, commits: [] })
})

test('recorded by many at once while it moves on, every ref ends where it stands and nothing is recorded twice', async () => {
  const shas: string[] = []
  const recording: Promise<unknown>[] = []
  for (const words of ['one', 'two', 'three', 'four']) {
    shas.push(commit(words))
    push('main')
    recording.push(record(), record())
  }
  await Promise.all(recording)
  await record()
  const recorded = await rows()
  expect(recorded.at(-1)?.after).toBe(shas.at(-1))
  for (const [index, row] of recorded.entries()) expect(row.before).toBe(recorded[index - 1]?.after ?? noSha)
  expect(recorded.map((row) => shas.indexOf(row.after))).toEqual(
    recorded.map((row) => shas.indexOf(row.after)).toSorted(),
  )
})

test('when the pipeline cannot take it in, nothing is recorded, and the sweep brings it later', async () => {
  const sha = commit('one')
  push('main')
  const failing = parts(async () => {
    throw new Error('Postgres went away')
  })
  await expect(recordPushes(failing, app)).rejects.toThrow('Postgres went away')
  expect(await rows()).toEqual([])
  const swept = await sweepRefs({ ...parts(), gitRoot, log: makeLog('test', 'silent') })
  expect(swept.filter(({ push }) => push.appId === app.appId)).toMatchObject([
    { push: { after: sha, by: app.owner } },
  ])
  expect(await rows()).toHaveLength(1)
})

test('the sweep removes the repository of a deleted app, and one broken repository keeps no other from its turn', async () => {
  const broken = await addApp(database.db, 'broken')
  rmSync(join(await ensureRepository(gitRoot, broken.appId, 'main'), 'HEAD'))
  const deleted = await addApp(database.db, 'deleted')
  await ensureRepository(gitRoot, deleted.appId, 'main')
  await database.db.inOrganisation(deleted.organisationId, (tx) =>
    tx.app.update({ where: { id: deleted.appId }, data: { deletedAt: clock.now() } }),
  )
  commit('one')
  push('main')
  await sweepRefs({ ...parts(), gitRoot, log: makeLog('test', 'silent') })
  expect(await rows()).toHaveLength(1)
  expect(await hasRepository(gitRoot, deleted.appId)).toBe(false)
})

test('a clone token begins one fetch of its own app, before its end', async () => {
  const other = await addApp(database.db, 'other')
  const at = (minutes: number) => new Date(clock.now().getTime() + minutes * 60_000)
  const open = (token: string, begins: boolean, minutes: number, of = app) =>
    database.db.inOrganisation(of.organisationId, (tx) =>
      openWithCloneToken(tx, of, token, begins, at(minutes)),
    )
  const make = () => database.db.inOrganisation(app.organisationId, (tx) => createCloneToken(tx, app, at(10)))

  const token = await make()
  expect(await open(token, false, 0)).toBe(false)
  expect(await open(token, true, 0, other)).toBe(false)
  const begun = await Promise.all([open(token, true, 1), open(token, true, 1)])
  expect(begun.filter(Boolean)).toHaveLength(1)
  expect(await open(token, false, 5)).toBe(true)
  expect(await open(token, true, 5)).toBe(false)
  expect(await open(token, false, 20)).toBe(false)
  expect(await open(await make(), true, 10)).toBe(false)
  expect(await open('slc_nonsense', true, 0)).toBe(false)
})

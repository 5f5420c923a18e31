import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '@slipway/core'
import { plan } from '@slipway/manifest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { builtinSource } from './builtin.ts'
import { deleteRepository, ensureRepository, hasRepository } from './repository.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway-sources-'))
const gitRoot = join(folder, 'git')
const work = join(folder, 'work')
const app = newId('app')
const source = builtinSource(gitRoot)

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Ines', '-c', 'user.email=ines@example.com', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...identity, ...args], { cwd: work, encoding: 'utf8' }).trim()
}

beforeAll(async () => {
  mkdirSync(gitRoot)
  const repository = await ensureRepository(gitRoot, app, 'main')
  execFileSync('git', ['init', '-q', '-b', 'main', work])
  writeFileSync(join(work, 'Procfile'), 'web: ./hello\n')
  git('add', '.')
  git('commit', '-qm', 'First')
  mkdirSync(join(work, 'deep/er'), { recursive: true })
  writeFileSync(join(work, 'deep/er/file with space.txt'), 'words')
  writeFileSync(join(work, 'hello'), Buffer.concat([elfHeader(), Buffer.alloc(3_000_000, 7)]))
  chmodSync(join(work, 'hello'), 0o755)
  symlinkSync('/etc/passwd', join(work, 'passwd'))
  writeFileSync(join(work, 'empty'), '')
  git('add', '.')
  git('commit', '-qm', 'Second\n\nWith a body,\nof two lines')
  git('tag', '-a', 'v1', '-m', 'a tag')
  git('push', '-q', repository, 'main', 'v1')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function elfHeader(): Buffer {
  const header = Buffer.alloc(64)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  header.set([2, 0, 0xb7, 0], 16)
  return header
}

test('branches and tags stand at commits', async () => {
  const head = git('rev-parse', 'HEAD')
  expect(await source.refs(app)).toEqual([
    { name: 'refs/heads/main', sha: head },
    { name: 'refs/tags/v1', sha: head },
  ])
})

test('a commit says who, when and why, with all lines of its message', async () => {
  const commit = await source.commit(app, git('rev-parse', 'HEAD'))
  expect(commit).toMatchObject({
    authorName: 'Ines',
    authorEmail: 'ines@example.com',
    subject: 'Second',
    message: 'Second\n\nWith a body,\nof two lines',
  })
  expect(Math.abs((commit?.authoredAt.getTime() ?? 0) - Date.parse(git('log', '-1', '--format=%aI')))).toBe(0)
  expect(await source.commit(app, 'a'.repeat(40))).toBeUndefined()
})

test('the commits between two are those that the newer has alone, newest first', async () => {
  const [newer = '', older = ''] = git('log', '--format=%H').split('\n')
  const shas = async (from: string | undefined, to: string) =>
    (await source.commitsBetween(app, from, to, 10)).map((commit) => commit.sha)
  expect(await shas(older, newer)).toEqual([newer])
  expect(await shas(newer, older)).toEqual([])
  expect(await shas(undefined, newer)).toEqual([newer, older])
  expect(await shas('b'.repeat(40), newer)).toEqual([newer, older])
})

test('files are read without a checkout; links are listed and never followed', async () => {
  await source.withTree(app, git('rev-parse', 'HEAD'), async (tree) => {
    expect((await tree.list('')).map(({ name, kind, executable }) => ({ name, kind, executable }))).toEqual([
      { name: 'Procfile', kind: 'file', executable: false },
      { name: 'deep', kind: 'folder', executable: false },
      { name: 'empty', kind: 'file', executable: false },
      { name: 'hello', kind: 'file', executable: true },
      { name: 'passwd', kind: 'link', executable: false },
    ])
    const read = async (path: string, bytesMax?: number) => (await tree.read(path, bytesMax))?.toString()
    const many = await Promise.all([
      read('deep/er/file with space.txt'),
      read('hello', 4),
      read('empty'),
      read('Procfile'),
    ])
    expect(many).toEqual(['words', '\x7fELF', '', 'web: ./hello\n'])
    for (const path of ['passwd', 'nothing', 'deep', '../Procfile', 'a\nb', 'deep/er/none', '']) {
      expect([path, await read(path)]).toEqual([path, undefined])
    }
    expect(await tree.list('nowhere')).toEqual([])
  })
})

test('a plan is made from a repository as from files', async () => {
  const result = await source.withTree(app, git('rev-parse', 'HEAD'), plan)
  expect(result).toMatchObject({
    ok: true,
    plan: { architecture: 'arm64', services: [{ name: 'web', run: './hello' }] },
  })
})

test('a repository is made once, also when asked twice at once, and can be deleted twice', async () => {
  const other = newId('app')
  expect(await source.refs(other)).toEqual([])
  const made = await Promise.all([
    ensureRepository(gitRoot, other, 'trunk'),
    ensureRepository(gitRoot, other, 'trunk'),
  ])
  expect(new Set(made).size).toBe(1)
  await deleteRepository(gitRoot, other)
  await deleteRepository(gitRoot, other)
  expect(await hasRepository(gitRoot, other)).toBe(false)
})

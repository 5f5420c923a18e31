import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSite } from './read-site.ts'

const top = mkdtempSync(path.join(tmpdir(), 'slipway-site-'))
const folder = path.join(top, 'dist')
const write = (files: Record<string, string>) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
}
beforeEach(() => mkdirSync(top, { recursive: true }))
afterEach(() => rmSync(top, { recursive: true, force: true }))

test('a site is its files, without its rules and what begins with a dot', async () => {
  write({
    'index.html': 'x',
    '404.html': 'y',
    'a/b.txt': 'z',
    '.env': 'SECRET=1',
    '.git/config': '',
    '.well-known/security.txt': 'mail us',
    _headers: '/a/*\n  X-A: 1\n',
    _redirects: '/old /new\n',
  })
  const site = await readSite('web', top, 'dist')
  expect(site.files.map((file) => file.path).sort()).toEqual([
    '.well-known/security.txt',
    '404.html',
    'a/b.txt',
    'index.html',
  ])
  expect(site.files.find((file) => file.path === 'a/b.txt')?.headers.get('x-a')).toBe('1')
  expect(site.redirects).toHaveLength(1)
  expect(site.notFoundPage?.path).toBe('404.html')
})

test('a link inside the folder is followed, and one that leads out or round is not', async () => {
  write({ 'index.html': 'x', 'real.txt': 'inside' })
  writeFileSync(path.join(top, 'secret.txt'), 'of the runner')
  symlinkSync(path.join(top, 'secret.txt'), path.join(folder, 'leak.txt'))
  symlinkSync('/etc', path.join(folder, 'etc'))
  symlinkSync('.', path.join(folder, 'again'))
  symlinkSync('real.txt', path.join(folder, 'link.txt'))
  const { files } = await readSite('web', top, 'dist')
  expect(files.map((file) => file.path).sort()).toEqual(['index.html', 'link.txt', 'real.txt'])
})

test('rules that lead out of the folder are not read, and a folder that leads out of the release is none', async () => {
  const away = mkdtempSync(path.join(tmpdir(), 'slipway-away-'))
  writeFileSync(path.join(away, 'rules'), '/of-the-runner\n')
  writeFileSync(path.join(away, 'index.html'), 'of the runner')
  write({ 'index.html': 'x' })
  symlinkSync(path.join(away, 'rules'), path.join(folder, '_redirects'))
  expect((await readSite('web', top, 'dist')).redirects).toEqual([])
  symlinkSync(away, path.join(top, 'public'))
  await expect(readSite('web', top, 'public')).rejects.toMatchObject({ fields: { code: 'build-no-folder' } })
  symlinkSync(folder, path.join(top, 'site'))
  expect((await readSite('web', top, 'site')).files).toHaveLength(1)
  rmSync(away, { recursive: true })
})

test.each([
  ['no folder at all', {}, 'build-no-folder'],
  ['no index.html', { 'about.html': 'x' }, 'build-site-no-index'],
  ['rules that cannot be kept', { 'index.html': 'x', _redirects: '/a\n' }, 'build-site-rules'],
  [
    'more headers than lie beside a file',
    { 'index.html': 'x', _headers: `/*\n  X-A: ${'a'.repeat(1900)}\n` },
    'build-site-rules',
  ],
])('%s is refused', async (_, files, code) => {
  write(files)
  await expect(readSite('web', top, 'dist')).rejects.toMatchObject({ fields: { code } })
})

test('what is wrong with rules is told by file and line', async () => {
  write({ 'index.html': 'x', _redirects: '/fine /b\n/a /b 404\n' })
  await expect(readSite('web', top, 'dist')).rejects.toMatchObject({
    fields: { details: [expect.stringMatching(/^dist\/_redirects:2 asks for the status 404/)] },
  })
})

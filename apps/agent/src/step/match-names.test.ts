import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { matchNames, withoutInner } from './match-names.ts'

const source = mkdtempSync(path.join(tmpdir(), 'slipway-names-'))
afterAll(() => rmSync(source, { recursive: true, force: true }))
const put = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(source, file)), { recursive: true })
  writeFileSync(path.join(source, file), text)
}
put('dist/a.js', '123')
put('dist/deep/b.js', '1234')
put('dist/deep/.hidden', '12345')
put('notes.txt', '1')
symlinkSync('/etc', path.join(source, 'dist', 'etc'))

test('a folder is all that is in it, and a link is itself and not what it leads to', async () => {
  expect(await matchNames(['dist'], source)).toEqual([
    { name: 'dist', paths: ['dist'], files: 4, sizeBytes: 3 + 4 + 5 + '/etc'.length },
  ])
})

test.each([
  ['notes.txt', ['notes.txt']],
  ['dist/*.js', ['dist/a.js']],
  ['dist/deep/*', ['dist/deep/b.js']],
  ['**/*.js', ['dist/a.js', 'dist/deep/b.js']],
  ['dist/**', ['dist']],
  ['{notes,other}.txt', ['notes.txt']],
  ['*.xml', []],
  ['dist/c.js', []],
])('%s means %j', async (name, paths) => {
  expect((await matchNames([name], source))[0]?.paths).toEqual(paths)
})

test('what lies in a folder that is named as well is packed once', () => {
  expect(withoutInner(['dist', 'dist/a', 'dist/deep/b', 'distance', 'dist'])).toEqual(['dist', 'distance'])
})

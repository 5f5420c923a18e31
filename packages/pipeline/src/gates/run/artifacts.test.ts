import { expect, test } from 'vitest'
import { isAsAsked, newestAttempts } from './artifacts.ts'

test('of a place that was asked again only the newest attempt counts, in the order of their ends', () => {
  const paths = ['a/after/0/1', 'b/after/0/10', 'a/after/0/2', 'b/after/0/9', 'a/after/10/1']
  expect(newestAttempts(paths.map((path) => ({ path }))).map(({ path }) => path)).toEqual([
    'b/after/0/10',
    'a/after/0/2',
    'a/after/10/1',
  ])
})

test.each([
  [['reports', 'a.txt'], true],
  [['reports'], false],
  [['reports', 'b.txt'], false],
  [['reports', 'a.txt', 'a.txt'], false],
])('a runner that says it kept %j is believed: %s', (said, isBelieved) => {
  const names = said.map((name) => ({ name, files: 1, sizeBytes: 1 }))
  expect(isAsAsked({ digest: 'a'.repeat(64), sizeBytes: 1, names }, ['reports', 'a.txt'])).toBe(isBelieved)
})

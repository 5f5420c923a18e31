import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { isRefName } from './source.ts'

const good = [
  'refs/heads/main',
  'refs/tags/v1.2.3',
  'refs/heads/ines/fix-1',
  'refs/heads/ünï',
  'refs/heads/a@b',
  'refs/heads/#1',
]
const bad = [
  'main',
  'refs/heads/',
  'refs/notes/x',
  'refs/heads/a b',
  'refs/heads/a..b',
  'refs/heads/.a',
  'refs/heads/a.lock',
  'refs/heads/a/',
  'refs/heads//a',
  'refs/heads/a.',
  'refs/heads/a@{b',
  'refs/heads/a\\b',
  'refs/heads/a\nb',
  'refs/heads/a\u0007',
  'refs/heads/a:b',
  'refs/heads/a*',
  'refs/heads/-rf',
  `refs/heads/${'a'.repeat(200)}`,
]

test('a ref name is the full name of a branch or a tag, and what git itself refuses is refused', () => {
  for (const name of good) {
    expect([name, isRefName(name)]).toEqual([name, true])
    execFileSync('git', ['check-ref-format', name])
  }
  for (const name of bad) expect([name, isRefName(name)]).toEqual([name, false])
  const refusedByGit = bad.filter((name) => spawnSync('git', ['check-ref-format', name]).status !== 0)
  expect(refusedByGit.length).toBeGreaterThan(10)
})

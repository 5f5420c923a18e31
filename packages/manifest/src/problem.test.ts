import { expect, test } from 'vitest'
import { problemsError } from './problem.ts'
import { readManifest } from './read-manifest.ts'

test('one problem keeps its words and gets its place in front; several are listed one by one', () => {
  const problemsOf = (text: string) => {
    const result = readManifest(text)
    return result.ok ? [] : result.problems
  }
  const one = problemsError(problemsOf('servces: {}')).fields
  expect(one.what).toMatch(/^slipway\.yaml:1:1: /)
  expect(one.details).toBeUndefined()
  const several = problemsError(problemsOf('servces: {}\nenvv: {}')).fields
  expect(several.details).toHaveLength(2)
  expect(several.details?.[1]).toMatch(/^slipway\.yaml:2:1 .*Did you mean env\?$/)
  expect(Object.keys(several)).not.toContain('place')
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { problemsError } from './problem.ts'
import { readManifest } from './read-manifest.ts'

test('every code of a problem has its page', () => {
  const folders = [new URL('.', import.meta.url), new URL('detect/', import.meta.url)]
  const sources = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8')),
  )
  const codes = new Set(sources.join('').match(/(?<=code: ')manifest-[a-z-]+/g))
  expect(codes.size).toBeGreaterThan(15)
  const pages = new URL('../../../docs/errors/', import.meta.url)
  expect([...codes].filter((code) => !existsSync(new URL(`${code}.md`, pages)))).toEqual([])
})

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

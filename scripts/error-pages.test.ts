import { globSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const project = fileURLToPath(new URL('..', import.meta.url))
const pages = new Set(
  readdirSync(`${project}docs/errors`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -3)),
)
const sources = globSync(['packages/*/src/**/*.ts', 'apps/{api,agent,worker}/src/**/*.ts'], { cwd: project })
  .filter((path) => !/\.test\.ts$|\/generated\/|\/testing/.test(path))
  .map((path) => readFileSync(`${project}${path}`, 'utf8'))

it('every code of an error that a person can meet has a page', () => {
  const codes = sources.flatMap((text) =>
    [...text.matchAll(/\bcode: '([a-z0-9-]+)'/g)].map(([, code = '']) => code),
  )
  expect(codes.length).toBeGreaterThan(80)
  expect([...new Set(codes)].filter((code) => !pages.has(code))).toEqual([])
})

it('every page is about a code that something raises', () => {
  const unknown = [...pages].filter(
    (page) =>
      !sources.some((text) => text.includes(`'${page}'`) || text.includes(`${page.replace(/-late$/, '')}`)),
  )
  expect(unknown).toEqual([])
})

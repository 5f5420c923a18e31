import { globSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const project = fileURLToPath(new URL('..', import.meta.url))

/** What can raise an error of the product: neither tests, models and what serves them, nor generated code, nor who only shows it. */
const sources = globSync('{packages,apps}/*/src/**/*.ts', { cwd: project })
  .filter(
    (path) =>
      !/^apps\/(web|sandbox)\/|\/generated\/|\/testing(\/|\.ts$)|\/simulat(e|ion)\/|\.test\.ts$/.test(path),
  )
  .map((path) => ({ path, text: readFileSync(`${project}${path}`, 'utf8') }))

/** As a field, and as what a late step of a target is given. Words of others, such as `BAD_REQUEST`, are written otherwise. */
const patterns = [
  /\bcode: '(?<code>[a-z][a-z0-9-]+)'/g,
  /\blate\(\s*(?<quote>['"]).*?\k<quote>,\s*'(?<code>[a-z][a-z0-9-]+)'/g,
]
const codes = new Set(
  sources.flatMap(({ text }) =>
    patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(({ groups }) => groups?.code ?? '')),
  ),
)

const pages = readdirSync(`${project}docs/errors`)
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .map((name) => name.slice(0, -'.md'.length))
  .sort()

test('every code of an error has its page', () => {
  expect([...codes].filter((code) => !pages.includes(code))).toEqual([])
})

test('every page is of a code that is raised, and is headed by it', () => {
  expect(pages.filter((page) => !codes.has(page))).toEqual([])
  const headings = pages.map(
    (page) => readFileSync(`${project}docs/errors/${page}.md`, 'utf8').split('\n', 1)[0],
  )
  expect(headings).toEqual(pages.map((page) => `# ${page}`))
})

test('a code is written out where it is raised, so that it can be found', () => {
  const puttingTogether = /\bcode:\s*(`|[^\n,;]*\? ['"`])/
  expect(sources.filter(({ text }) => puttingTogether.test(text)).map(({ path }) => path)).toEqual([])
})

test('the index has one line for each page, in the order of the alphabet', () => {
  const index = readFileSync(`${project}docs/errors/README.md`, 'utf8')
  const lines = [...index.matchAll(/^\| \[(.+)\]\((.+)\.md\) \| .+ \|$/gm)]
  expect(lines.map(([, name]) => name)).toEqual(pages)
  expect(lines.map(([, , file]) => file)).toEqual(pages)
})

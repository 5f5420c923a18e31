import crypto from 'node:crypto'
import { createContext, Script } from 'node:vm'
import type { SiteList, SiteRedirect } from '@slipway/protocol'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { edgeCode, edgeCodeBytesMax } from '../../edge/edge-code.ts'
import { type LivePointer, withBefore } from './live-pointer.ts'
import { keysOf, routeTable } from './route-table.ts'

const host = 'web-docs-abc123.apps.example'

const files = (...paths: string[]) =>
  paths.map((path) => ({ path, isImmutable: /-[0-9a-f]{8}\./.test(path) }))
const rule = (from: string, to: string, status: SiteRedirect['status'] = 302, isForced = false) => ({
  from,
  to,
  status,
  isForced,
})

type Given = Partial<SiteList['services'][number]>

/** What the store holds when this is live, and its pointer. */
function live(build: string, given: Given, before?: LivePointer) {
  const service = { name: 'web', files: [], redirects: [], hasNotFoundPage: false, ...given }
  const table = routeTable(`${build}.0`, service)
  const { records, rules, patterns, hasForced } = table.shape
  const pointer: LivePointer = {
    u: `sites/env_1/${build}/web/`,
    k: `${build}.0`,
    n: records,
    r: build,
    m: rules,
    d: patterns,
    v: hasForced ? 1 : 0,
    e: service.hasNotFoundPage ? 1 : 0,
  }
  return { values: table.values, pointer: withBefore(pointer, before) }
}

const header = z.object({ value: z.string() })
const answered = z.object({
  uri: z.string().optional(),
  statusCode: z.number().optional(),
  headers: z.record(z.string(), header),
})

/** One request, as the edge runs its function: what is asked of S3, or what is answered. */
async function ask(
  values: ReadonlyMap<string, string>,
  uri: string,
  {
    querystring = {},
    asked = host,
  }: { querystring?: Record<string, { value: string }>; asked?: string } = {},
): Promise<{ s3: string } | { status: number; location?: string }> {
  const cf = {
    kvs: () => ({
      async get(key: string) {
        const value = values.get(key)
        if (value === undefined) throw new Error('KeyNotFound')
        return value
      },
    }),
  }
  const code = edgeCode('viewer-request').replace(/^import (\w+) from '\w+'$/gm, '')
  const context = createContext({
    cf,
    crypto,
    event: { request: { uri, querystring, headers: { host: { value: asked } } } },
  })
  const result: unknown = await new Script(`${code}\nhandler(event)`).runInContext(context)
  const { uri: s3, statusCode, headers } = answered.parse(JSON.parse(JSON.stringify(result)))
  if (statusCode === undefined) return { s3: s3 ?? '' }
  const location = headers.location?.value
  return { status: statusCode, ...(location !== undefined && { location }) }
}

function storeOf(...of: ReturnType<typeof live>[]): Map<string, string> {
  const values = new Map(of.flatMap((one) => [...one.values]))
  const last = of.at(-1)
  if (last) values.set(host, JSON.stringify(last.pointer))
  return values
}

const at = (path: string, build = 'b1') => ({ s3: `/sites/env_1/${build}/web/${path}` })

test('both functions are as small as CloudFront asks', () => {
  for (const name of ['viewer-request', 'viewer-response'] as const)
    expect(Buffer.byteLength(edgeCode(name))).toBeLessThan(edgeCodeBytesMax)
})

const site = live('b1', {
  files: files(
    'index.html',
    'about.html',
    'docs/index.html',
    'a b/é.txt',
    'style.css',
    '404.html',
    'both.html',
    'both/index.html',
  ),
  hasNotFoundPage: true,
})

test.each([
  ['/', at('index.html')],
  ['/about', at('about.html')],
  ['/docs/', at('docs/index.html')],
  ['/style.css', at('style.css')],
  ['/a%20b/%C3%A9.txt', at('a%20b/%C3%A9.txt')],
  ['/both', at('both.html')],
  ['/both/', at('both/index.html')],
  ['/about.html', { status: 308, location: '/about' }],
  ['/about/', { status: 308, location: '/about' }],
  ['/docs', { status: 308, location: '/docs/' }],
  ['/docs/index.html', { status: 308, location: '/docs/' }],
  ['/index.html', { status: 308, location: '/' }],
  ['/nothing', at('.slipway/404.html')],
  ['/%', at('.slipway/404.html')],
  ['/../b0/web/index.html', at('.slipway/404.html')],
  ['/constructor', at('.slipway/404.html')],
])('%s leads to its page', async (uri, expected) => {
  expect(await ask(storeOf(site), uri)).toEqual(expected)
})

test('a name of which nothing is known has no site, and a site without a page for it says what is not found', async () => {
  expect(await ask(storeOf(site), '/', { asked: 'other.apps.example' })).toEqual({ status: 404 })
  expect(await ask(storeOf(live('b1', { files: files('index.html') })), '/nothing')).toEqual({ status: 404 })
})

const ruled = live('b1', {
  files: files('index.html', 'app.html', 'old.html', 'blog/index.html'),
  redirects: [
    rule('/old', '/new', 301),
    rule('/gone', 'https://other.example/here', 308),
    rule('/blog/', '/news/', 301, true),
    rule('/users/:id/posts/:post', '/u/:id?post=:post', 303),
    rule('/go/*', '/:splat'),
    rule('/blog/secret/*', '/', 302, true),
    rule('/app/*', 'app.html', 200),
    rule('/*', 'index.html', 200),
  ],
})

test.each([
  ['a file goes before a rule', '/old', at('old.html')],
  ['a rule with ! goes before a file', '/blog/', { status: 301, location: '/news/' }],
  ['a rule for one path', '/gone', { status: 308, location: 'https://other.example/here' }],
  ['names in a path', '/users/7/posts/a%20b', { status: 303, location: '/u/7?post=a%20b' }],
  ['the rest of a path', '/go/to/there', { status: 302, location: '/to/there' }],
  ['nothing as the rest', '/go', { status: 302, location: '/' }],
  ['no way to another server', '/go//evil.example', { status: 302, location: '/evil.example' }],
  ['a forced rule for many', '/blog/secret/x', { status: 302, location: '/' }],
  ['an app of one page', '/app/any/where', at('app.html')],
  ['the first rule that fits', '/any/where', at('index.html')],
])('%s', async (_, uri, expected) => {
  expect(await ask(storeOf(ruled), uri)).toEqual(expected)
})

test('what was asked behind ? goes along, and cannot break out of the header', async () => {
  const querystring = { q: { value: 'a b\r\nx: 1' }, empty: { value: '' } }
  expect(await ask(storeOf(ruled), '/gone', { querystring })).toEqual({
    status: 308,
    location: 'https://other.example/here?q=a%20b%0D%0Ax:%201&empty',
  })
})

test('a page of the release before finds the files with a fingerprint that it names, and only these', async () => {
  const before = live('b0', { files: files('index.html', 'app-0123abcd.js', 'plain.js') })
  const after = live('b1', { files: files('index.html', 'app-4567cdef.js') }, before.pointer)
  const values = storeOf(before, after)
  expect(await ask(values, '/')).toEqual(at('index.html'))
  expect(await ask(values, '/app-0123abcd.js')).toEqual(at('app-0123abcd.js', 'b0'))
  expect(await ask(values, '/plain.js')).toEqual({ status: 404 })
})

test('twenty thousand files fit into values of 1 KB and a store of 5 MB, and each is found', async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => `folder-${index % 97}/page-${index}.html`)
  const large = live('b1', { files: files('index.html', ...many) })
  const sizes = [...large.values].map(([key, value]) => Buffer.byteLength(key) + Buffer.byteLength(value))
  expect(
    Math.max(...[...large.values.values()].map((value) => Buffer.byteLength(value))),
  ).toBeLessThanOrEqual(1024)
  expect(sizes.reduce((sum, one) => sum + one, 0)).toBeLessThan(5 * 1_048_576 * 0.6)
  for (const index of [0, 1, 777, 19_999])
    expect(await ask(storeOf(large), `/folder-${index % 97}/page-${index}`)).toEqual(
      at(`folder-${index % 97}/page-${index}.html`),
    )
})

test('a table is deleted by its shape', () => {
  const { values, shape } = routeTable('b1.0', {
    name: 'web',
    files: files('index.html'),
    redirects: [rule('/a', '/b')],
    hasNotFoundPage: false,
  })
  expect(keysOf('b1.0', shape).sort()).toEqual([...values.keys()].sort())
})

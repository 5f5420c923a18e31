import { expect, test } from 'vitest'
import { readRedirects } from './read-redirects.ts'

const files = new Set(['index.html', 'app.html', 'docs/index.html'])
const read = (text: string) => readRedirects(text, files)

test('a line is from, to and a status; comments and empty lines are nothing', () => {
  const text = '# moved\n/old  /new\n\n/a /b 301 # for ever\n/c https://other.example/x 308!\n'
  expect(read(text)).toEqual({
    redirects: [
      { from: '/old', to: '/new', status: 302, isForced: false },
      { from: '/a', to: '/b', status: 301, isForced: false },
      { from: '/c', to: 'https://other.example/x', status: 308, isForced: true },
    ],
    problems: [],
  })
})

test('200 serves a file of the site under another path', () => {
  expect(read('/* /index.html 200\n/app/* /app 200\n/d /docs/ 200').redirects.map(({ to }) => to)).toEqual([
    'index.html',
    'app.html',
    'docs/index.html',
  ])
})

test('of two rules for one path the first counts', () => {
  expect(read('/a /b\n/a /c').redirects).toMatchObject([{ to: '/b' }])
})

test.each([
  ['/a', 'has no target'],
  ['a /b', 'no path of this site'],
  ['https://x.example/a /b', 'no path of this site'],
  ['/a b', 'neither a path nor an address'],
  ['/a /b 404', 'asks for the status 404'],
  ['/a /b 301 Country=de', 'no conditions'],
  ['/a id=:id /b 301', '“/b 301”'],
  ['/a/*/b /c', 'not the whole last part'],
  ['/a* /c', 'not the whole last part'],
  ['/a/:id /b/:name', 'uses :name'],
  ['/a /b/:splat', 'uses :splat'],
  ['/api/* https://api.example/:splat 200', 'another server is not asked'],
  ['/a /nothing 200', 'which the site does not have'],
  [`/a /${'x'.repeat(500)}`, 'more than 450 bytes'],
])('%s is refused with its line', (line, what) => {
  const { redirects, problems } = read(`/fine /b\n${line}`)
  expect(redirects).toHaveLength(1)
  expect(problems).toEqual([{ file: '_redirects', line: 2, what: expect.stringContaining(what) }])
})

test('a port in an address is no name', () => {
  expect(read('/a https://x.example:8443/b').problems).toEqual([])
})

test('more rules than the edge compares are refused', () => {
  const many = Array.from({ length: 101 }, (_, index) => `/${index}/* /x/${index}`).join('\n')
  expect(read(many).problems).toMatchObject([{ line: 1 }])
})

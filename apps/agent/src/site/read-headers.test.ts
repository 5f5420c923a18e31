import { expect, test } from 'vitest'
import { headersFor, readHeaders, urlsOf } from './read-headers.ts'

const text = `
# for all
/*
  X-Frame-Options: DENY
  Referrer-Policy: no-referrer
/docs/*
  ! X-Frame-Options
  X-Robots-Tag: noindex
/docs/*
  X-Robots-Tag: noarchive
/blog/:year
  X-Year: yes
`

test.each([
  [
    'index.html',
    [
      ['x-frame-options', 'DENY'],
      ['referrer-policy', 'no-referrer'],
    ],
  ],
  [
    'docs/a.html',
    [
      ['referrer-policy', 'no-referrer'],
      ['x-robots-tag', 'noindex, noarchive'],
    ],
  ],
  [
    'blog/2026.html',
    [
      ['x-frame-options', 'DENY'],
      ['referrer-policy', 'no-referrer'],
      ['x-year', 'yes'],
    ],
  ],
  [
    'blog/2026/more.html',
    [
      ['x-frame-options', 'DENY'],
      ['referrer-policy', 'no-referrer'],
    ],
  ],
])('the headers of %s', (file, expected) => {
  const { rules, problems } = readHeaders(text)
  expect(problems).toEqual([])
  expect([...headersFor(rules, urlsOf(file))]).toEqual(expected)
})

test('a page has the headers of its clean address too', () => {
  const { rules } = readHeaders('/about\n  X-A: 1\n/docs/\n  X-B: 2\n')
  expect([...headersFor(rules, urlsOf('about.html'))]).toEqual([['x-a', '1']])
  expect([...headersFor(rules, urlsOf('docs/index.html'))]).toEqual([['x-b', '2']])
})

test.each([
  ['  X-A: 1', 'before any path', 1],
  ['/a\n  what', 'is not a header', 2],
  ['/a\n  Set-Cookie: a=1', 'not a site’s to set', 2],
  ['/a\n  X-Amz-Meta-Status: 200', 'not a site’s to set', 2],
  ['/a\n  Location: /b', 'not a site’s to set', 2],
  ['/a\n  X-A: é', 'characters that a header cannot have', 2],
  ['https://x.example/*\n  X-A: 1', 'no path of this site', 1],
  ['/a*/b\n  X-A: 1', 'not the end of its path', 1],
])('%j is refused with its line', (given, what, line) => {
  expect(readHeaders(given).problems).toEqual([
    { file: '_headers', line, what: expect.stringContaining(what) },
  ])
})

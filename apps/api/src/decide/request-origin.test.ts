import { expect, test } from 'vitest'
import { isTrusted } from './request-origin.ts'

const ours = 'https://slipway.example'

test.each([
  ['a page of ours', { origin: ours, cookie: 'a=b' }, true],
  ['a stream that a page of ours opens', { 'sec-fetch-site': 'same-origin', cookie: 'a=b' }, true],
  ['another site', { origin: 'https://evil.example', cookie: 'a=b' }, false],
  ['another site without a cookie (it could sign somebody in)', { origin: 'https://evil.example' }, false],
  ['a sandboxed frame', { origin: 'null' }, false],
  ['our name with another scheme', { origin: 'http://slipway.example' }, false],
  ["a customer's app below a name of ours", { 'sec-fetch-site': 'same-site', cookie: 'a=b' }, false],
  ['a program with a token', { authorization: 'Bearer slw_x' }, true],
  ['something with a cookie that tells nothing', { cookie: 'a=b' }, false],
])('%s: %j is trusted: %s', (_, headers, expected) => {
  expect(isTrusted(new Headers(headers), ours)).toBe(expected)
})

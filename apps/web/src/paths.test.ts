import { expect, test } from 'vitest'
import { nextPath, paths } from './paths.ts'

test('names from outside cannot leave their place in an address', () => {
  expect(paths.app('acme', '../../bill?x=1#y')).toBe('/o/acme/apps/..%2F..%2Fbill%3Fx%3D1%23y')
  expect(paths.environment('acme', 'shop', 'eu west/1')).toBe('/o/acme/apps/shop/environments/eu%20west%2F1')
})

test.each([
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  'javascript:alert(1)',
  '',
  null,
  undefined,
])('signing in never leads to %s', (next) => {
  expect(nextPath(next)).toBe('/home')
})

test('signing in leads back to the page that asked for it', () => {
  expect(nextPath('/o/acme/bill?month=2026-11')).toBe('/o/acme/bill?month=2026-11')
})

test('what is taken along at the door comes out as it went in', () => {
  const address = new URL(
    paths.signUp({ next: '/invitation/a?b&c', email: 'ada+1@example.com' }),
    'http://here',
  )
  expect(Object.fromEntries(address.searchParams)).toEqual({
    next: '/invitation/a?b&c',
    email: 'ada+1@example.com',
  })
  expect(paths.signUp()).toBe('/sign-up')
})

test('what is chosen on a page is in its address, what is not is absent', () => {
  expect(paths.chosen('/o/acme', { range: '7d', service: null, text: 'a b&c' })).toBe(
    '/o/acme?range=7d&text=a+b%26c',
  )
  expect(paths.chosen('/o/acme', { range: null })).toBe('/o/acme')
})

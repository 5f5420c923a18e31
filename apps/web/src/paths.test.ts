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

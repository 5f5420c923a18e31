import { UserError } from '@slipway/core'
import { expect, test } from 'vitest'
import { checkAppName, checkVariableName, checkVariableValue, publicNameOf } from './names.ts'

test.each(['shop', 'partner-api', 'a1'])('%s can be the name of an app', (name) => {
  expect(() => checkAppName(name)).not.toThrow()
})

test.each(['', 'x', 'Shop', '1shop', 'shop-', 'a--b', 'shop.api', 'a'.repeat(31), '../etc', 'café'])(
  'an app cannot be called %j',
  (name) => {
    expect(() => checkAppName(name)).toThrow(UserError)
  },
)

test('a public name is one DNS label whatever the lengths', () => {
  const name = publicNameOf('a-very-long-name-of-a-service-with-hyphens', 'b'.repeat(30), 'abc123')
  expect(name).toMatch(/^[a-z][a-z0-9-]{0,62}$/)
  expect(name.endsWith(`-${'b'.repeat(30)}-abc123`)).toBe(true)
  expect(publicNameOf('web', 'shop', 'abc123')).toBe('web-shop-abc123')
})

test.each(['PORT', 'SLIPWAY_TOKEN', 'A-B', '1A', ''])('a variable cannot be called %j', (name) => {
  expect(() => checkVariableName(name)).toThrow(UserError)
})

test('a value is measured in bytes, not in characters', () => {
  expect(() => checkVariableValue('A', 'é'.repeat(2048))).not.toThrow()
  expect(() => checkVariableValue('A', 'é'.repeat(2049))).toThrow(UserError)
})

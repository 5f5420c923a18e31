import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isToken, tokenDigest, tokenFrom } from './token-format.ts'

const random = fc
  .uint8Array({ minLength: 64, maxLength: 64 })
  .filter((bytes) => bytes.filter((b) => b < 248).length >= 32)

test('every token made is known as one, and no other one letter away from it is', () => {
  fc.assert(
    fc.property(random, fc.nat(41), (bytes, at) => {
      const token = tokenFrom(bytes)
      expect(isToken(token)).toBe(true)
      const place = 4 + (at % 38)
      const other = token[place] === 'a' ? 'b' : 'a'
      expect(isToken(token.slice(0, place) + other + token.slice(place + 1))).toBe(false)
    }),
  )
})

test('the digest does not contain the token', () => {
  const token = tokenFrom(new Uint8Array(32).fill(7))
  expect(tokenDigest(token)).toMatch(/^[0-9a-f]{64}$/)
})

test('too few random bytes make no token', () => {
  expect(() => tokenFrom(new Uint8Array(32).fill(255))).toThrow(RangeError)
})

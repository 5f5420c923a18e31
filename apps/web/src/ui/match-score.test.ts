import { expect, test } from 'vitest'
import { matchScore } from './match-score.ts'

test('letters scattered over a name do not match', () => {
  expect(matchScore('', 'bill', ['Variables and secrets', 'notes'])).toBe(0)
})

test('a name that begins with what was typed comes before one that contains it', () => {
  expect(matchScore('', 'bil', ['Bill'])).toBeGreaterThan(matchScore('', 'bil', ['Mobile']))
})

test('each word may be in the name or in what stands beside it', () => {
  expect(matchScore('', 'notes eu', ['notes', 'eu-west-1'])).toBeGreaterThan(0)
  expect(matchScore('', 'notes us', ['notes', 'eu-west-1'])).toBe(0)
})

import { expect, test } from 'vitest'
import { flagOf, flagPatterns } from './flag-pattern.ts'

test('a short and a full sha fly the same flag', () => {
  expect(flagOf('e07b4d9')).toBe(flagOf('e07b4d9c2f1a8b3d4e5f60718293a4b5c6d7e8f9'))
})

test('a revision keeps its flag from one version of the page to the next', () => {
  expect(['e07b4d9', 'a6610fd', '7c2e91a', '1f88b06'].map(flagOf)).toMatchInlineSnapshot(`
    [
      8,
      3,
      2,
      1,
    ]
  `)
})

test('every pattern flies about equally often, so that neighbours differ', () => {
  const counts = flagPatterns.map(() => 0)
  for (let number = 0; number < 14_000; number++) {
    const pattern = flagOf((number * 2654435761).toString(16).padStart(7, '0').slice(-7))
    counts[pattern] = (counts[pattern] ?? 0) + 1
  }
  expect(Math.min(...counts)).toBeGreaterThan(800)
  expect(Math.max(...counts)).toBeLessThan(1200)
})

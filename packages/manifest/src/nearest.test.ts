import { assert, property, string, stringMatching } from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearest } from './nearest.ts'
import { fields } from './schema.ts'

const words = stringMatching(/^[a-z]{4,12}$/)

test('a name with one letter changed, left out, added or swapped is found again', () => {
  for (const name of [...fields.manifest, ...fields.service].filter((one) => one.length >= 4)) {
    const misspelled = [
      `${name.slice(0, 2)}${name.slice(3)}`,
      `${name.slice(0, 2)}x${name.slice(2)}`,
      `${name.slice(0, 1)}${name[2]}${name[1]}${name.slice(3)}`,
      name.toUpperCase(),
    ]
    for (const wrong of misspelled)
      expect([wrong, nearest(wrong, fields.manifest.concat(fields.service))]).toEqual([wrong, name])
  }
})

test('what resembles nothing gets no suggestion', () => {
  for (const wrong of ['kubernetes', 'x', 'replicaCount', ''])
    expect(nearest(wrong, fields.service)).toBeUndefined()
})

test('the distance is a metric where it must be: zero for the same, the same both ways, at most the longer word', () => {
  assert(
    property(words, words, (one, other) => {
      const distance = editDistance(one, other)
      expect(distance === 0).toBe(one === other)
      expect(distance).toBe(editDistance(other, one))
      expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length))
      expect(distance).toBeGreaterThanOrEqual(Math.abs(one.length - other.length))
    }),
  )
})

test('a suggestion is always one of the names', () => {
  assert(
    property(string(), (wrong) => {
      const found = nearest(wrong, fields.service)
      expect(found === undefined || fields.service.includes(found)).toBe(true)
    }),
  )
})

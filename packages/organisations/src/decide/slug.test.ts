import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSlug, slugFor } from './slug.ts'

test.each([
  ['Ada Lovelace', 'ada-lovelace'],
  ['  Søren & Zoë GmbH ', 's-ren-zoe-gmbh'],
  ['日本', 'team'],
  ['!', 'team'],
])('%s suggests %s', (name, slug) => {
  expect(slugFor(name)).toBe(slug)
})

test('whatever the name, the slug suggested is one', () => {
  fc.assert(fc.property(fc.string(), (name) => isSlug(slugFor(name))))
})

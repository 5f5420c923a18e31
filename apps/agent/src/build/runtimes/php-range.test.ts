import semver from 'semver'
import { expect, it } from 'vitest'
import { phpRange } from './php-range.ts'

it.each([
  ['^8.2', ['8.2.0', '8.4.1'], ['8.1.30', '9.0.0']],
  ['>=8.2', ['8.2.0', '9.0.0'], ['8.1.30']],
  ['>= 8.1, < 8.4', ['8.1.0', '8.3.9'], ['8.4.0']],
  ['~8.2', ['8.2.0', '8.4.0'], ['9.0.0']],
  ['~8.2.0', ['8.2.9'], ['8.3.0']],
  ['8.2.*', ['8.2.9'], ['8.3.0']],
  ['^8.1|^9.0', ['8.4.0', '9.1.0'], ['7.4.0']],
  ['7.4.* || ^8.2', ['7.4.33', '8.3.0'], ['8.1.0']],
  ['8.1 - 8.3', ['8.1.0', '8.3.9'], ['8.4.0']],
  ['8.3', ['8.3.0', '8.3.9'], ['8.4.0']],
  ['8.3.1', ['8.3.0', '8.3.9'], ['8.4.0']],
  ['*', ['8.3.0'], []],
])('%s means these versions of PHP', (range, within, beyond) => {
  const wanted = phpRange(range) ?? ''
  expect(within.filter((version) => semver.satisfies(version, wanted))).toEqual(within)
  expect(beyond.filter((version) => semver.satisfies(version, wanted))).toEqual([])
})

it.each(['newest', '8.3.0RC1', '>=8.2 and more', ''])('%j is no range of PHP', (range) => {
  expect(phpRange(range)).toBeNull()
})

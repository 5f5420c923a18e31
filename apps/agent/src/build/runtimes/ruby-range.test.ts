import semver from 'semver'
import { expect, it } from 'vitest'
import { rubyRange } from './ruby-range.ts'

it.each([
  ['>= 3.2', ['3.2.0', '4.0.0'], ['3.1.9']],
  ['>= 3.1, < 3.4', ['3.1.0', '3.3.9'], ['3.4.0']],
  ['~> 3.3', ['3.3.0', '3.4.1'], ['3.2.9', '4.0.0']],
  ['~> 3.3.2', ['3.3.2', '3.3.9'], ['3.3.1', '3.4.0']],
  ['3.3', ['3.3.0', '3.3.9'], ['3.4.0']],
  ['3.3.4', ['3.3.0', '3.3.9'], ['3.4.0']],
  ['= 3.3.4', ['3.3.0'], ['3.4.0']],
  ['3', ['3.1.0', '3.4.0'], ['4.0.0']],
])('%s means these versions of Ruby', (range, within, beyond) => {
  const wanted = rubyRange(range) ?? ''
  expect(within.filter((version) => semver.satisfies(version, wanted))).toEqual(within)
  expect(beyond.filter((version) => semver.satisfies(version, wanted))).toEqual([])
})

it.each(['jruby-9.4', '3.5.0-preview1', '!= 3.3', ''])('%j is no range of Ruby', (range) => {
  expect(rubyRange(range)).toBeNull()
})

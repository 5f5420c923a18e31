import { sizes } from '@slipway/manifest'
import { expect, test } from 'vitest'
import { architectureOf, instanceTypeOf, memoryMegabytesMax } from './instance-type.ts'

test.each(sizes)('the size %s has a type of each architecture', (size) => {
  const types = (['arm64', 'x64'] as const).map((architecture) =>
    instanceTypeOf({ kind: 'size', size }, architecture),
  )
  expect(types.map(architectureOf)).toEqual(['arm64', 'x64'])
})

test('every instance type is taken as it is', () => {
  expect(instanceTypeOf({ kind: 'instance', type: 'u7i-12tb.224xlarge' }, 'x64')).toBe('u7i-12tb.224xlarge')
})

test('a type of the other architecture is refused', () => {
  expect(() => instanceTypeOf({ kind: 'instance', type: 't4g.small' }, 'x64')).toThrow(/t4g.small is ARM/)
})

test('an app leaves room on its host for the system, and is measured there for a type that has no size', () => {
  expect(memoryMegabytesMax({ kind: 'size', size: 'nano' })).toBe(435)
  expect(memoryMegabytesMax({ kind: 'instance', type: 'c7g.large' })).toBeUndefined()
})

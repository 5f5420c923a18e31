import { type HostId, newId } from '@slipway/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseBatch } from './choose-batch.ts'

const hosts = (count: number): HostId[] => Array.from({ length: count }, () => newId('host'))

test('never more than a third of the hosts are out at once, and always at least one goes on', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), (count, left) => {
      const all = hosts(count)
      const todo = all.slice(0, Math.min(count, left))
      const batch = chooseBatch({ hosts: all, todo, isAlone: false, isFirst: false })
      expect(batch.length).toBeGreaterThan(0)
      expect(batch.length === 1 || batch.length * 3 <= count).toBe(true)
      expect(batch).toEqual(todo.slice(0, batch.length))
    }),
  )
})

test('the release command runs with one host alone, and a first release comes up everywhere at once', () => {
  const all = hosts(9)
  expect(chooseBatch({ hosts: all, todo: all, isAlone: true, isFirst: true })).toHaveLength(1)
  expect(chooseBatch({ hosts: all, todo: all, isAlone: false, isFirst: true })).toHaveLength(9)
})

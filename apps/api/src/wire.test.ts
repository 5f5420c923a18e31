import { expect, test } from 'vitest'
import { wire } from './wire.ts'

test('times and money become strings, at any depth; all else stays', () => {
  const at = new Date('2026-02-28T23:59:59Z')
  const model = {
    at,
    lines: [{ amount: 13_020_000n, label: 'awake', note: null }],
    none: undefined,
    on: true,
    count: 2,
  }
  expect(wire(model)).toEqual({
    at: '2026-02-28T23:59:59.000Z',
    lines: [{ amount: '13020000', label: 'awake', note: null }],
    none: undefined,
    on: true,
    count: 2,
  })
})

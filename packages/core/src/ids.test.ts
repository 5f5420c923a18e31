import { describe, expect, it } from 'vitest'
import { asId, isId, newId } from './ids.ts'

describe('an id', () => {
  it('says its kind and sorts by age', () => {
    const older = newId('app', new Date('2026-11-25T10:00:00Z'))
    const newer = newId('app', new Date('2026-11-25T10:00:01Z'))
    expect(isId('app', older)).toBe(true)
    expect(older < newer).toBe(true)
  })

  it('is not taken for an id of another kind', () => {
    expect(() => asId('host', newId('app'))).toThrow(RangeError)
  })

  it('does not repeat', () => {
    const now = new Date()
    expect(new Set(Array.from({ length: 10_000 }, () => newId('job', now))).size).toBe(10_000)
  })
})

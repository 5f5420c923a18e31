import { describe, expect, it } from 'vitest'
import { offsetClock } from './clock.ts'

describe('the product clock', () => {
  it('is ahead of the machine by the offset, and never goes back', async () => {
    let offset = 3_600_000
    const clock = offsetClock(async () => offset, 60_000)
    await clock.refresh()
    expect(clock.now().getTime() - Date.now()).toBeGreaterThan(3_590_000)
    offset = 0
    await clock.refresh()
    expect(clock.now().getTime() - Date.now()).toBeGreaterThan(3_590_000)
    clock.stop()
  })
})

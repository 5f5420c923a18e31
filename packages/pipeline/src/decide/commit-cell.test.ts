import { describe, expect, test } from 'vitest'
import { commitCell, type Reach } from './commit-cell.ts'

const minute = (value: number) => new Date(Date.UTC(2026, 10, 24, 10, value))
/** A deployment of the commit at `position` that began in this minute and ended in the next. */
const reach = (position: number, at: number, status: Reach['status'] = 'healthy'): Reach => ({
  position,
  sha: String(position).repeat(7),
  status,
  startedAt: minute(at),
  endedAt: status === 'running' ? null : minute(at + 1),
})
const at = (value: number) => minute(value).toISOString()

describe('a commit in an environment', () => {
  test.each([
    ['that was never deployed there', [], null, null],
    ['that is newer than all that came', [reach(2, 0)], 2, null],
    [
      'that is being deployed',
      [reach(2, 0), reach(3, 5, 'running')],
      2,
      { is: 'moving', at: at(5), with: null },
    ],
    ['that runs there', [reach(2, 0), reach(3, 5)], 3, { is: 'here', at: at(6), with: null }],
    [
      'that is deployed once more with other variables runs there since it came',
      [reach(3, 5), reach(3, 20)],
      3,
      { is: 'here', at: at(6), with: null },
    ],
    [
      'that came back runs there since then',
      [reach(3, 5), reach(4, 10), reach(3, 20)],
      3,
      { is: 'here', at: at(21), with: null },
    ],
    ['under something newer', [reach(3, 5), reach(4, 10)], 4, { is: 'was', at: at(6), with: null }],
    [
      'that a newer one carried along',
      [reach(2, 0), reach(5, 10)],
      5,
      { is: 'was', at: at(11), with: '5555555' },
    ],
    [
      'that did not come up',
      [reach(2, 0), reach(3, 5, 'failed')],
      2,
      { is: 'failed', at: at(6), with: null },
    ],
    ['whose deployment was cancelled', [reach(2, 0), reach(3, 5, 'cancelled')], 2, null],
    [
      'that is taken back just now',
      [reach(2, 0), reach(3, 5), reach(2, 10, 'running')],
      3,
      { is: 'going-back', at: at(10), with: null },
    ],
    [
      'that was taken back',
      [reach(2, 0), reach(3, 5), reach(2, 10)],
      2,
      { is: 'back', at: at(11), with: null },
    ],
    [
      'that was taken back with the newer one that had carried it',
      [reach(2, 0), reach(5, 5), reach(2, 10)],
      2,
      { is: 'back', at: at(11), with: '5555555' },
    ],
    [
      'that was taken back and is tried again',
      [reach(2, 0), reach(3, 5), reach(2, 10), reach(3, 20, 'running')],
      2,
      { is: 'moving', at: at(20), with: null },
    ],
  ] as const)('%s', (_, reaches, live, cell) => {
    expect(commitCell(3, reaches, live)).toEqual(cell)
  })
})

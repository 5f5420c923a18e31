import { describe, expect, test } from 'vitest'
import { type Delivery, deliveryFigures } from './delivery-figures.ts'

const minute = (value: number) => new Date(Date.UTC(2026, 10, 24, 10, value))
type Into = Delivery['deployments'][number]

/** A deployment of `release` into an environment that was over in this minute. */
const into = (
  environmentId: string,
  release: number,
  end: number,
  status: Into['status'] = 'healthy',
): Into => ({
  environmentId,
  releaseId: `release-${release}`,
  previousReleaseId: release > 1 ? `release-${release - 1}` : null,
  status,
  endedAt: status === 'running' ? null : minute(end),
})
const delivery = (changed: Partial<Delivery>): Delivery => ({
  number: 1,
  kind: 'push',
  status: 'succeeded',
  createdAt: minute(0),
  pushedAt: minute(0),
  redAt: null,
  deployments: [],
  ...changed,
})
const rollback = (at: number, end: number, replaced: number): Delivery =>
  delivery({
    kind: 'rollback',
    createdAt: minute(at),
    deployments: [{ ...into('a', 9, end), releaseId: 'release-1', previousReleaseId: `release-${replaced}` }],
  })

test('where nothing was deployed there is nothing to count', () => {
  expect(deliveryFigures([], 30)).toEqual({
    days: 30,
    deployments: null,
    lead: null,
    rolledBack: null,
    restore: null,
  })
})

describe('deployments', () => {
  test('are those that came through, over all days, and no rollback', () => {
    const deliveries = [
      delivery({ deployments: [into('a', 1, 5)] }),
      delivery({ kind: 'configuration', deployments: [into('a', 2, 9)] }),
      rollback(10, 12, 2),
    ]
    expect(deliveryFigures(deliveries, 4).deployments).toEqual({ count: 2, perDay: 0.5 })
  })

  test('that are still on their way are none yet, and neither good nor bad', () => {
    const { deployments, rolledBack } = deliveryFigures(
      [delivery({ status: 'deploying', deployments: [into('a', 1, 0, 'running')] })],
      30,
    )
    expect(deployments).toEqual({ count: 0, perDay: 0 })
    expect(rolledBack).toBeNull()
  })
})

describe('from push to production', () => {
  test('is the median of pushes until the last of its targets was healthy', () => {
    const deliveries = [
      delivery({ deployments: [into('a', 1, 4), into('b', 1, 10)] }),
      delivery({ deployments: [into('a', 2, 20)], pushedAt: minute(8) }),
      delivery({ deployments: [into('a', 3, 32)], pushedAt: minute(0) }),
    ]
    expect(deliveryFigures(deliveries, 30).lead).toEqual({ milliseconds: 12 * 60_000, of: 3 })
  })

  test('of an even number lies between the two in the middle, and counts no changed variables', () => {
    const deliveries = [
      delivery({ deployments: [into('a', 1, 4)] }),
      delivery({ deployments: [into('a', 2, 8)] }),
      delivery({ kind: 'configuration', deployments: [into('a', 3, 59)] }),
    ]
    expect(deliveryFigures(deliveries, 30).lead).toEqual({ milliseconds: 6 * 60_000, of: 2 })
  })
})

describe('rolled back', () => {
  test('is what failed, and what a rollback took out of its environment', () => {
    const deliveries = [
      delivery({ deployments: [into('a', 1, 5)] }),
      delivery({ deployments: [into('a', 2, 9)] }),
      rollback(10, 12, 2),
      delivery({ status: 'failed', deployments: [into('a', 3, 15, 'failed')] }),
      delivery({ status: 'cancelled', deployments: [into('a', 4, 20, 'cancelled')] }),
    ]
    expect(deliveryFigures(deliveries, 30).rolledBack).toEqual({ share: 2 / 3, count: 2, of: 3 })
  })

  test('is not what a rollback took out of another environment', () => {
    const deliveries = [delivery({ deployments: [into('b', 2, 5)] }), rollback(10, 12, 2)]
    expect(deliveryFigures(deliveries, 30).rolledBack).toEqual({ share: 0, count: 0, of: 1 })
  })
})

describe('back to good', () => {
  test('is from red to the last environment being healthy on what ran before', () => {
    const deliveries = [
      delivery({
        status: 'failed',
        redAt: minute(10),
        deployments: [into('a', 2, 4), into('b', 2, 5), into('a', 1, 12), into('b', 1, 14)],
      }),
    ]
    expect(deliveryFigures(deliveries, 30).restore).toEqual({ milliseconds: 4 * 60_000, of: 1 })
  })

  test('of a rollback is from when it was asked for', () => {
    expect(deliveryFigures([rollback(10, 12, 2)], 30).restore).toEqual({ milliseconds: 2 * 60_000, of: 1 })
  })

  test('is not known while an environment did not come back', () => {
    const deliveries = [
      delivery({
        status: 'failed',
        redAt: minute(10),
        deployments: [into('a', 2, 4), into('a', 1, 12, 'failed')],
      }),
    ]
    expect(deliveryFigures(deliveries, 30).restore).toBeNull()
  })
})

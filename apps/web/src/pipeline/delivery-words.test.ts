import { expect, test } from 'vitest'
import { deliveryWords } from './delivery-words.ts'

test('without any deployment there is no figure, and the definition says so', () => {
  const words = deliveryWords({
    stage: 'production',
    days: 30,
    deployments: null,
    lead: null,
    rolledBack: null,
    restore: null,
  })
  expect(words.map(({ value }) => value)).toEqual(['–', '–', '–', '–'])
  expect(new Set(words.map(({ definition }) => definition))).toEqual(
    new Set(['No deployment into production yet in the last 30 days.']),
  )
})

test('each figure stands with its unit and with what was counted', () => {
  const minute = 60_000
  const words = deliveryWords({
    stage: 'production',
    days: 30,
    deployments: { count: 93, perDay: 3.1 },
    lead: { milliseconds: 171 * minute, of: 80 },
    rolledBack: { share: 0.042, count: 4, of: 95 },
    restore: { milliseconds: 38_000, of: 1 },
  })
  expect(words.map(({ name, value }) => `${name} ${value}`)).toEqual([
    'Deployments a day 3.1',
    'Push to production 2 h 51 min',
    'Rolled back 4.2 %',
    'Back to good in 38 s',
  ])
  expect(words[3]?.definition).toContain('the median of 1 time ')
})

test('a thing that never went wrong has nothing to go back from', () => {
  const words = deliveryWords({
    stage: 'production',
    days: 30,
    deployments: { count: 1, perDay: 1 / 30 },
    lead: { milliseconds: 3 * 86_400_000, of: 1 },
    rolledBack: { share: 0, count: 0, of: 1 },
    restore: null,
  })
  expect(words.map(({ value }) => value)).toEqual(['0.033', '3 days', '0 %', '–'])
})

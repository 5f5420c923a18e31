import { expect, test } from 'vitest'
import {
  formatDifference,
  formatKnown,
  formatMoney,
  formatPrice,
  formatRange,
  formatSummand,
} from './format-money.ts'

test.each([
  ['0', '$0.00'],
  ['1', '< $0.01'],
  ['9999', '< $0.01'],
  ['10000', '$0.01'],
  ['13029999', '$13.02'],
  ['1234567890000', '$1,234,567.89'],
  ['-4500000', '−$4.50'],
])('%s micro-dollars are %s', (amount, words) => {
  expect(formatMoney(amount)).toBe(words)
})

test.each([
  ['100', '$0.0001'],
  ['6000', '$0.006'],
  ['12000000', '$12.00'],
  ['16430000', '$16.43'],
])('the price of %s micro-dollars is written with all its digits: %s', (amount, words) => {
  expect(formatPrice(amount)).toBe(words)
})

test.each([
  ['1100', '$0.0011'],
  ['-1100', '−$0.0011'],
  ['0', '$0.00'],
  ['6805000', '$6.80'],
])('as a line of a sum %s micro-dollars are %s', (amount, words) => {
  expect(formatSummand(amount)).toBe(words)
})

test('a difference says its direction, and none has none', () => {
  expect(['40280000', '-3000000', '0', '5'].map(formatDifference)).toEqual([
    '+$40.28',
    '−$3.00',
    '$0.00',
    '+< $0.01',
  ])
})

test('a range whose ends look alike is one amount; what is not known is not nothing', () => {
  expect(formatRange({ low: '39810000', high: '41310000' })).toBe('$39.81 to $41.31')
  expect(formatRange({ low: '12000000', high: '12000900' })).toBe('$12.00')
  expect([formatKnown('0'), formatKnown(null)]).toEqual(['$0.00', 'unknown'])
})

import { expect, test } from 'vitest'
import { formatMoney, formatPrice, formatSummand } from './format-money.ts'

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

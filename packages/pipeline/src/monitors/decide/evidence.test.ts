import { expect, test } from 'vitest'
import { addEvidence, type Evidence, noEvidence, weigh } from './evidence.ts'

const after = (slices: number, won: number, from: Evidence = noEvidence(1)) =>
  Array.from({ length: slices }).reduce<Evidence>((sum) => addEvidence(sum, [won], true), from)

test('before the first slice, and while nothing is won or lost, the unit stays one', () => {
  expect(weigh(noEvidence(3))).toBe(1)
  expect(weigh(after(50, 0))).toBeCloseTo(1, 12)
})

test('what is fair in each slice is fair over all', () => {
  // Each slice doubles what is laid or takes two thirds of it, with chances of 2 and 3 in 5.
  const paths = (slices: number, evidence: Evidence): number =>
    slices === 0
      ? weigh(evidence)
      : 0.4 * paths(slices - 1, addEvidence(evidence, [Math.log(2)], true)) +
        0.6 * paths(slices - 1, addEvidence(evidence, [Math.log(1 / 3)], true))
  expect(paths(8, noEvidence(1))).toBeCloseTo(1, 12)
})

test('what was lost in a good hour does not hide what is won after it', () => {
  expect(weigh(after(5, 3, after(60, -3)))).toBeGreaterThan(200)
})

test('several targets of one slice are one bet', () => {
  const slice = addEvidence(addEvidence(noEvidence(1), [1], true), [2], false)
  expect(weigh(slice)).toBeCloseTo(0.5 * Math.exp(3) + 0.5, 12)
})

test('nothing overflows, whatever is won or lost', () => {
  expect(weigh(after(100, 500))).toBe(1e300)
  expect(weigh(after(100, -500))).toBeCloseTo(1 / 101, 12)
})

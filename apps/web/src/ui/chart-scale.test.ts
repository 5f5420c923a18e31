import { expect, test } from 'vitest'
import { axisEnd, labelPlaces, lonePoints } from './chart-scale.ts'

test.each([
  [0, 1, 1],
  [0.3, 1, 1],
  [418, 1, 500],
  [100, 1, 100],
  [101, 1, 200],
  [2.1, 1, 2.5],
  [0.21, 0.1, 0.25],
])('an axis that holds %d ends at a round number', (highest, least, end) => {
  expect(axisEnd(highest, least)).toBeCloseTo(end)
})

test('names of lines stand beside their ends', () => {
  const plot = { heightPixels: 100, axisEnd: 100, labelPixels: 12 }
  expect(labelPlaces([75, 50, 10], plot)).toEqual([25, 50, 90])
})

test('names of lines that end together stand below each other, inside the plot', () => {
  const plot = { heightPixels: 100, axisEnd: 100, labelPixels: 12 }
  expect(labelPlaces([50, 50, 50], plot)).toEqual([74, 62, 50])
  expect(labelPlaces([0, 0, 0], plot)).toEqual([100, 88, 76])
})

test('a point between two gaps is one that a line does not show', () => {
  expect([...lonePoints([1, null, 2, null, null, 3, 4, null, 5])]).toEqual([0, 2, 8])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { meanOver } from './hypergeometric.ts'
import { shareBets, shareEvidence } from './share-evidence.ts'

const bets = Array.from({ length: shareBets }, (_, index) => index)
const timesOver = (of: { all: number; drawn: number; marked: number; hits: number }) =>
  shareEvidence(of).map(Math.exp)

test('no bet is better than fair where each mark falls by itself, whatever is marked and whoever has more', () => {
  const draws = fc.integer({ min: 2, max: 400 }).chain((all) =>
    fc.record({
      all: fc.constant(all),
      marked: fc.integer({ min: 0, max: all }),
      drawn: fc.integer({ min: 0, max: all }),
    }),
  )
  fc.assert(
    fc.property(draws, fc.constantFrom(...bets), (draw, bet) => {
      const mean = meanOver(draw, (hits) => timesOver({ ...draw, hits })[bet] ?? Number.NaN)
      expect(mean).toBeLessThanOrEqual(1 + 1e-9)
    }),
  )
})

test.each([
  ['one in ten', 30, 270],
  ['half', 150, 150],
  ['nine in ten', 270, 30],
])(
  'no bet is better than fair where %s of all marks come at once, on either side by its requests',
  (_, drawn, others) => {
    for (let together = 1; together <= 30; together++) {
      const marks = { all: drawn + others, marked: together, drawn }
      const [isNew, isOld] = [timesOver({ ...marks, hits: together }), timesOver({ ...marks, hits: 0 })]
      for (const bet of bets) {
        const mean = (drawn * (isNew[bet] ?? Number.NaN) + others * (isOld[bet] ?? Number.NaN)) / marks.all
        expect(mean, `${together} at once`).toBeLessThanOrEqual(1 + 1e-9)
      }
    }
  },
)

test.each([
  ['one in ten', 30, 270],
  ['half', 150, 150],
  ['nine in ten', 270, 30],
])(
  'no bet is better than fair where %s come to the new and either side fails as a whole as often',
  (_, drawn, others) => {
    for (const share of [0.1, 0.3, 0.5, 1]) {
      const all = drawn + others
      const [ill, well] = [Math.round(share * drawn), Math.round(share * others)]
      const [isNew, isOld] = [
        timesOver({ all, drawn, marked: ill, hits: ill }),
        timesOver({ all, drawn, marked: well, hits: 0 }),
      ]
      for (const bet of bets) {
        const mean = ((isNew[bet] ?? Number.NaN) + (isOld[bet] ?? Number.NaN)) / 2
        expect(mean, `${100 * share} % of a slice`).toBeLessThanOrEqual(1 + 1e-9)
      }
    }
  },
)

test('a slice doubles what was laid at most, however many bear a mark', () => {
  const won = timesOver({ all: 20_000, drawn: 10_000, marked: 10_000, hits: 10_000 })
  expect(Math.max(...won)).toBeCloseTo(1.9, 10)
  expect(Math.min(...timesOver({ all: 20_000, drawn: 10_000, marked: 10_000, hits: 0 }))).toBeCloseTo(0.1, 10)
})

test('where nothing or everything bears a mark, or one side had no request, nothing is won or lost', () => {
  for (const nothing of [
    { all: 10, drawn: 5, marked: 0, hits: 0 },
    { all: 10, drawn: 5, marked: 10, hits: 5 },
    { all: 10, drawn: 0, marked: 3, hits: 0 },
    { all: 10, drawn: 10, marked: 3, hits: 3 },
  ])
    expect(timesOver(nothing)).toEqual(bets.map(() => 1))
})

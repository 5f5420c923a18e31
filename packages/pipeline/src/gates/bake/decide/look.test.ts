import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterLook, isConfirmedRed, type Look, type Seen } from './look.ts'

/** `r4` is red of the fourth minute; f is fine, i inconclusive. */
function look(text: string): Look {
  const is = { r: 'red' as const, f: 'fine' as const, i: 'inconclusive' as const }[text.charAt(0)] ?? 'fine'
  return { is, of: text.slice(1), words: text }
}
function after(looks: readonly Look[]): Seen | undefined {
  return looks.reduce<Seen | undefined>(afterLook, undefined)
}

test.each([
  ['r1', false],
  ['r1 r1 r1', false],
  ['r1 r2', true],
  ['r1 f2 r3', false],
  ['r1 i2 r3', true],
  ['r1 i2 r1', false],
  ['i1 i2 i3', false],
  ['r1 f2 r3 r4', true],
  ['r1 r2 f3', false],
])('after %s, red is confirmed: %s', (looks, isRed) => {
  const seen = after(looks.split(' ').map(look))
  expect(seen !== undefined && isConfirmedRed(seen)).toBe(isRed)
})

test('it is so since the first of the looks that saw the same, or since when whoever was asked says', () => {
  const since = (looks: Look[]) => after(looks)?.since
  expect(since(['f1', 'r2', 'r3'].map(look))).toBe('2')
  expect(since(['r1', 'f2', 'r3'].map(look))).toBe('3')
  expect(since([look('r2'), { ...look('r3'), since: '1' }])).toBe('1')
})

const some = fc.array(
  fc
    .tuple(fc.constantFrom('r', 'f', 'i'), fc.integer({ min: 1, max: 9 }))
    .map(([is, of]) => look(`${is}${of}`)),
  { minLength: 1, maxLength: 12 },
)

test('red is confirmed by two different things that were red with nothing fine between them, and by nothing else', () => {
  fc.assert(
    fc.property(some, (looks) => {
      const seen = after(looks)
      const sinceFine = looks.slice(looks.findLastIndex(({ is }) => is === 'fine') + 1)
      const reds = new Set(sinceFine.filter(({ is }) => is === 'red').map(({ of }) => of))
      expect(seen !== undefined && isConfirmedRed(seen)).toBe(reds.size >= 2)
      expect(seen?.is).toBe(looks.at(-1)?.is)
    }),
  )
})

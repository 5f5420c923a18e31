import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Body } from './body.ts'
import { type Framing, framing } from './framing.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

/** What goes on of a text that comes in pieces, how much of it was the body's, and whether the body is whole. */
function passed(of: Framing, text: string, cuts: number[] = [], isBare = false) {
  const body = new Body(of, { isBare })
  const all = bytes(text)
  const ends = [...new Set(cuts.map((cut) => cut % (all.length + 1)).filter((cut) => cut > 0))]
  let out = ''
  let used = 0
  for (const end of [...ends.toSorted((a, b) => a - b), all.length]) {
    const piece = all.subarray(used, end)
    const read = body.read(piece, 0, piece.length, (from, to) => {
      out += piece.toString('latin1', from, to)
    })
    if (read === undefined) return 'broken'
    used += read
    if (body.isDone) break
  }
  return { out, rest: text.slice(used), isDone: body.isDone }
}

/** A body in chunks as someone may send it, the same without what is left out, and its data. */
const chunkedText = fc
  .record({
    chunks: fc.array(
      fc.record({
        data: fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' }),
        extension: fc.constantFrom('', ';a', ';a=b', ';a="b c";d'),
        zeros: fc.constantFrom('', '0', '00'),
        isCapital: fc.boolean(),
      }),
      { maxLength: 5 },
    ),
    trailers: fc.array(fc.constantFrom('X-Sum: 1', 'Content-Length: 9', 'X-Empty:'), { maxLength: 2 }),
  })
  .map(({ chunks, trailers }) => {
    const size = ({ data, zeros, isCapital }: (typeof chunks)[number]) => {
      const hex = `${zeros}${data.length.toString(16)}`
      return isCapital ? hex.toUpperCase() : hex
    }
    return {
      sent: `${chunks.map((one) => `${size(one)}${one.extension}\r\n${one.data}\r\n`).join('')}0\r\n${trailers.map((one) => `${one}\r\n`).join('')}\r\n`,
      kept: `${chunks.map((one) => `${size(one)}\r\n${one.data}\r\n`).join('')}0\r\n\r\n`,
      data: chunks.map(({ data }) => data).join(''),
    }
  })
const cuts = fc.array(fc.nat(), { maxLength: 12 })

test('chunks go through as they are, without extensions and trailers, however they come', () => {
  fc.assert(
    fc.property(chunkedText, fc.string({ unit: 'binary-ascii' }), cuts, ({ sent, kept }, rest, at) => {
      expect(passed(framing.chunked, sent + rest, at)).toEqual({ out: kept, rest, isDone: true })
    }),
  )
})

test('for one who does not know chunks only the data go through', () => {
  fc.assert(
    fc.property(chunkedText, cuts, ({ sent, data }, at) => {
      expect(passed(framing.chunked, sent, at, true)).toEqual({ out: data, rest: '', isDone: true })
    }),
  )
})

test('of a body of known length exactly so much is taken', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary-ascii' }),
      fc.string({ unit: 'binary-ascii' }),
      cuts,
      (body, rest, at) => {
        expect(passed({ kind: 'length', bytes: body.length }, body + rest, at)).toEqual({
          out: body,
          rest,
          isDone: true,
        })
      },
    ),
  )
})

test('a body that ends with its connection takes all there is, and is never done by itself', () => {
  expect(passed(framing.untilClose, 'all of it', [3])).toEqual({ out: 'all of it', rest: '', isDone: false })
})

test.each([
  ['no digits', '\r\n'],
  ['too many digits', `${'0'.repeat(13)}1\r\n`],
  ['a space before the size', ' 5\r\nhello\r\n'],
  ['a space behind the size', '5 \r\nhello\r\n'],
  ['CR alone behind the size', '5\rhello\r\n'],
  ['LF alone behind the size', '5\nhello\r\n'],
  ['more data than the size says', '4\r\nhello\r\n'],
  ['LF alone in an extension', '5;a\n\r\nhello\r\n'],
  ['an endless extension', `5;${'a'.repeat(9000)}`],
  ['endless trailers', `0\r\n${'X: 1\r\n'.repeat(3000)}`],
  ['a trailer without a colon', '0\r\nX\r\n\r\n'],
  ['a folded trailer', '0\r\nX: 1\r\n 2\r\n\r\n'],
])('chunks with %s are broken', (_, text) => {
  expect(passed(framing.chunked, text)).toBe('broken')
})

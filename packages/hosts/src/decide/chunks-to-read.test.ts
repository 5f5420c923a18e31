import { expect, it } from 'vitest'
import { chunksToRead } from './chunks-to-read.ts'

const max = { lines: 100_000, matches: 200 }

it('begins with few', () => {
  expect(chunksToRead({ chunks: 0, lines: 0, matches: 0 }, max)).toBe(20)
})

it('reads more each time while nothing is found, never past the bound of lines', () => {
  expect(chunksToRead({ chunks: 20, lines: 20, matches: 0 }, max)).toBe(80)
  expect(chunksToRead({ chunks: 100, lines: 50_000, matches: 0 }, max)).toBe(100)
  expect(chunksToRead({ chunks: 9000, lines: 9000, matches: 0 }, max)).toBe(5000)
})

it('reads as many as the rest of the page is likely to need', () => {
  expect(chunksToRead({ chunks: 20, lines: 10_000, matches: 150 }, max)).toBe(7)
})

it('always reads on', () => {
  expect(chunksToRead({ chunks: 20, lines: 99_999, matches: 199 }, max)).toBe(1)
})

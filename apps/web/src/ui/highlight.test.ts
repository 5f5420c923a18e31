import { expect, test } from 'vitest'
import { parseAnsi } from './ansi.ts'
import { highlight } from './highlight.ts'

const marked = (line: string, text: string) =>
  highlight(parseAnsi(line), text).map((span) => (span.isMatch ? `<${span.text}>` : span.text))

test('each place where the text stands is marked, in upper or lower case alike', () => {
  expect(marked('Error: an error', 'error')).toEqual(['<Error>', ': an ', '<error>'])
})

test('places beside each other are marked each', () => {
  expect(marked('aaaa', 'aa')).toEqual(['<aa>', '<aa>'])
})

test('a text is marked across the colours of a line, which it keeps', () => {
  const spans = highlight(parseAnsi('\u001b[31mfat\u001b[32mal\u001b[0m error'), 'fatal e')
  expect(spans.filter((span) => span.isMatch).map((span) => [span.text, span.tone])).toEqual([
    ['fat', 'red'],
    ['al', 'green'],
    [' e', null],
  ])
})

test('every character stands for itself', () => {
  expect(marked('a.c abc [x] (1+1)', 'a.c')).toEqual(['<a.c>', ' abc [x] (1+1)'])
  expect(marked('a.c [x] (1+1)', '[x] (1+')).toEqual(['a.c ', '<[x] (1+>', '1)'])
})

test('without a text nothing is marked', () => {
  expect(marked('a line', '')).toEqual(['a line'])
})

test('markup in a line stays text', () => {
  expect(marked('<b>bold</b>', 'bold')).toEqual(['<b>', '<bold>', '</b>'])
})

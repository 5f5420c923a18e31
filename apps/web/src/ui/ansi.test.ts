import { expect, test } from 'vitest'
import { parseAnsi } from './ansi.ts'

const texts = (line: string) => parseAnsi(line).map((span) => span.text)

test('colour and weight hold until they are ended', () => {
  expect(parseAnsi('\u001b[1;32mok\u001b[0m rest')).toEqual([
    { text: 'ok', tone: 'green', isBold: true, isDim: false },
    { text: ' rest', tone: null, isBold: false, isDim: false },
  ])
})

test('the arguments of a 256-colour code are not codes of their own', () => {
  expect(parseAnsi('\u001b[38;5;31mblue\u001b[39m')).toEqual([
    { text: 'blue', tone: null, isBold: false, isDim: false },
  ])
  expect(parseAnsi('\u001b[38;2;1;32;31mtrue')[0]?.tone).toBeNull()
})

test('cursor movements, titles and links leave only their text', () => {
  expect(texts('\u001b[2K\u001b[1Gline')).toEqual(['line'])
  expect(texts('\u001b]0;title\u0007after')).toEqual(['after'])
  expect(texts('\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\')).toEqual(['click'])
})

test('markup stays text', () => {
  expect(texts('<img src=x onerror=alert(1)>')).toEqual(['<img src=x onerror=alert(1)>'])
})

test('a progress bar ends as its last state', () => {
  expect(texts('10%\r50%\r100%\r')).toEqual(['100%'])
})

test('control characters are taken out, tabs stay', () => {
  expect(texts('a\u0000b\u0008c\td')).toEqual(['abc\td'])
})

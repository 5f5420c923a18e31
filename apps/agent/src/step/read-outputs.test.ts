import { expect, test } from 'vitest'
import { parseOutputs } from './read-outputs.ts'

test('outputs are lines of NAME=value, of which the last of a name counts', () => {
  const text = 'URL=http://a.test?x=1\r\n# a remark\nOTHER=2\nURL=http://b.test?x=2=3\nEMPTY=\n'
  expect(parseOutputs(text, ['URL', 'EMPTY'])).toEqual({
    outputs: { URL: 'http://b.test?x=2=3', EMPTY: '' },
    wrong: [],
  })
})

test('an output that is missing or too long is named', () => {
  expect(parseOutputs(`LONG=${'x'.repeat(4001)}\n not=one`, ['LONG', 'GONE'])).toEqual({
    outputs: {},
    wrong: ['LONG has 4001 characters.', 'GONE was not written.'],
  })
})

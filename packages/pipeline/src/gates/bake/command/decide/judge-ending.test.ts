import type { CommandOutcome } from '@slipway/protocol'
import { expect, test } from 'vitest'
import { judgeEnding } from './judge-ending.ts'

const at = new Date('2026-11-26T10:00:00Z')
const ended = (code: number): CommandOutcome => ({ ok: true, output: { code, outputs: {}, seconds: 2 } })
const failed = (code: string, what: string): CommandOutcome => ({
  ok: false,
  error: { code, kind: 'failed', what },
})

test.each([
  ['0 is fine', ended(0), 'fine', 'it ended with 0'],
  ['1 is red', ended(1), 'red', 'it ended with 1'],
  ['another code', failed('step-failed', 'It ended with code 2.'), 'inconclusive', 'It ended with code 2.'],
  ['its time is over', failed('step-too-long', 'It was ended.'), 'inconclusive', 'It was ended.'],
  ['no answer', failed('host-did-not-answer', 'No answer.'), 'inconclusive', 'No answer.'],
] as const)('%s', (_, outcome, is, words) => {
  expect(judgeEnding(outcome, at)).toEqual({ is, of: at.toISOString(), words })
})

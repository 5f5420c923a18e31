import { expect, test } from 'vitest'
import { judgeAnswer } from './judge-answer.ts'

const answered = (status: number) => ({ is: 'answered' as const, status, body: '' })

test.each([
  [null, answered(200), 'fine'],
  [null, answered(399), 'fine'],
  [null, answered(400), 'red'],
  [null, answered(503), 'red'],
  [204, answered(204), 'fine'],
  [204, answered(200), 'red'],
  [401, answered(401), 'fine'],
  [null, { is: 'silent' as const, words: 'nothing listens there' }, 'red'],
  [204, { is: 'not-asked' as const, words: 'it lies in an inner network' }, 'inconclusive'],
])('where %s is expected, %j is %s', (expected, answer, is) => {
  const now = new Date('2026-11-24T10:00:00Z')
  expect(judgeAnswer(expected, answer, now)).toMatchObject({ is, of: now.toISOString() })
})

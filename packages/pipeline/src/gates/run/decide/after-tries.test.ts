import { expect, test } from 'vitest'
import { afterTries } from './after-tries.ts'

const failed = (code: string) => ({ code, what: 'It failed.' })
const own = failed('step-failed')
const late = failed('step-too-long')
const lost = failed('host-did-not-answer')

test.each([
  ['a failure without declared retries', [own], 0, 'failed'],
  ['the first failure of two retries', [own], 2, 'again'],
  ['the second, which took too long', [own, late], 2, 'again'],
  ['the third', [own, late, own], 2, 'failed'],
  ['a runner that went away', [lost], 0, 'again'],
  ['a runner that went away twice', [lost, lost], 3, 'failed'],
  ['a failure after a runner that went away', [lost, own], 0, 'failed'],
  ['a runner that went away between failures', [own, lost], 1, 'again'],
  ['a failure after both, with a retry left', [own, lost, own], 2, 'again'],
  ['what somebody cancelled', [failed('command-cancelled')], 3, 'failed'],
  ['a runner whose agent is too old', [failed('command-unknown')], 3, 'failed'],
] as const)('after %s', (_, failures, retries, follows) => {
  expect(afterTries(failures, retries)).toBe(follows)
})

import { userErrorFields } from '@slipway/protocol'
import { expect, test } from 'vitest'
import { buildFailures } from '../build/build-failures.ts'
import { stepFailures } from './step-failures.ts'

const script = `echo begin\n${'x'.repeat(3400)}`
const names = Array.from({ length: 50 }, () => 'x'.repeat(256))
const ending = { code: 1, signal: null, lastLines: ['boom'] }

test.each([
  ['a step that failed', stepFailures.commandFailed(script, ending)],
  ['a step that took too long', stepFailures.tookTooLong(script, 60)],
  ['a step without its outputs', stepFailures.outputsWrong(script, ['A was not written.'])],
  ['a step without its artifacts', stepFailures.artifactMissing(script, names)],
  [
    'a step whose artifacts are too large',
    stepFailures.artifactsTooLarge(
      script,
      names.map((name) => ({ name, sizeBytes: Number.MAX_SAFE_INTEGER })),
    ),
  ],
  ['a step that was interrupted', stepFailures.interrupted(script)],
  ['a build that failed', buildFailures.commandFailed(script, ending, ending.lastLines)],
])('the error of %s fits into a message, however long its script is', (_, error) => {
  expect(userErrorFields.safeParse(error.fields).success).toBe(true)
  expect(error.fields.what).toContain('“echo begin…”')
})

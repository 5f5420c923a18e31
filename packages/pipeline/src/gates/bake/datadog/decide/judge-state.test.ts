import type { CommandOutcome, DatadogOutput } from '@slipway/protocol'
import { expect, test } from 'vitest'
import { judgeState } from './judge-state.ts'

const at = new Date('2026-11-26T10:00:00Z')
const asked = { monitor: '12345', site: 'datadoghq.eu' }
const said = (output: DatadogOutput): CommandOutcome => ({ ok: true, output })
const state = (word: string | null) =>
  said({ is: 'answered', status: 200, state: word, since: '2026-11-26T09:55:48+00:00' })
const status = (code: number) => said({ is: 'answered', status: code, state: null, since: null })

test.each([
  ['OK', state('OK'), 'fine', 'OK'],
  ['a warning', state('Warn'), 'fine', 'Warn: '],
  ['an alert', state('Alert'), 'red', 'Alert'],
  ['no data', state('No Data'), 'inconclusive', 'No Data'],
  ['ignored', state('Ignored'), 'inconclusive', 'Ignored'],
  ['skipped', state('Skipped'), 'inconclusive', 'Skipped'],
  ['unknown', state('Unknown'), 'inconclusive', 'Unknown'],
  ['a word that Datadog may come to say', state('Degraded'), 'inconclusive', 'Degraded'],
  ['no state', state(null), 'inconclusive', 'without a state'],
  ['keys that it does not know', status(401), 'inconclusive', 'does not take the keys (401)'],
  ['keys that may not read monitors', status(403), 'inconclusive', 'monitors_read'],
  ['no such monitor', status(404), 'inconclusive', 'datadoghq.eu has no monitor 12345'],
  ['too many questions', status(429), 'inconclusive', '429'],
  ['a fault of its own', status(503), 'inconclusive', 'datadoghq.eu answered 503'],
  [
    'silence',
    said({ is: 'silent', words: 'no answer within 10 seconds' }),
    'inconclusive',
    'datadoghq.eu: no answer within 10 seconds',
  ],
  [
    'a host that could not ask',
    { ok: false, error: { code: 'secret-not-readable', kind: 'failed', what: 'DD_API_KEY cannot be read.' } },
    'inconclusive',
    'DD_API_KEY cannot be read.',
  ],
] as const)('%s', (_, outcome, is, words) => {
  const look = judgeState(asked, outcome, at)
  expect(look).toMatchObject({ is, of: at.toISOString(), words: expect.stringContaining(words) })
})

test('it is so since when Datadog says, where that is a time', () => {
  expect(judgeState(asked, state('Alert'), at).since).toBe('2026-11-26T09:55:48.000Z')
  const unclear = said({ is: 'answered', status: 200, state: 'Alert', since: 'yesterday' })
  expect(judgeState(asked, unclear, at).since).toBeUndefined()
})

import { expect, test } from 'vitest'
import type { Alarm } from '../alarms/describe-alarms.ts'
import { judgeAlarm } from './judge-alarm.ts'

const beganAt = new Date('2026-11-25T12:00:00Z')
const before = new Date('2026-11-25T11:59:59Z')
const alarm = (state: Alarm['state'], since: Date): Alarm => ({
  name: 'slipway-shop-production-host-checks',
  state,
  since,
  reason: 'Threshold Crossed',
})

test.each([
  ['is OK', alarm('OK', before), 'fine'],
  ['became OK since', alarm('OK', beganAt), 'fine'],
  ['has no data', alarm('INSUFFICIENT_DATA', beganAt), 'inconclusive'],
  ['was red before', alarm('ALARM', before), 'inconclusive'],
  ['turned red since', alarm('ALARM', beganAt), 'red'],
  ['is not there', undefined, 'inconclusive'],
] as const)('an alarm that %s', (_, seen, is) => {
  expect(judgeAlarm(seen, beganAt).is).toBe(is)
})

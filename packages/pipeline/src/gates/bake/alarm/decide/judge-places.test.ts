import type { Alarm } from '@slipway/cloud'
import { expect, test } from 'vitest'
import { judgePlaces } from './judge-places.ts'

const at = new Date('2026-11-26T10:00:00Z')
const alarm = (state: Alarm['state']): Alarm => ({
  name: 'checkout',
  state,
  since: at,
  reason: 'Threshold crossed',
})

test.each([
  ['well in every region is well', [alarm('OK'), alarm('OK')], 'fine'],
  ['in alarm in one region is red', [alarm('OK'), alarm('ALARM')], 'red'],
  ['in alarm in one region is red, also where another does not know', [undefined, alarm('ALARM')], 'red'],
  ['without data it is not known, never well', [alarm('OK'), alarm('INSUFFICIENT_DATA')], 'inconclusive'],
  ['one that is not there is not known, never well', [undefined, alarm('OK')], 'inconclusive'],
] as const)('%s', (_, alarms, is) => {
  const heard = alarms.map((each, index) => ({ region: `eu-west-${index + 1}`, alarm: each }))
  expect(judgePlaces(heard, at)).toMatchObject({ is, of: at.toISOString() })
})

test('one that could not be read says why', () => {
  const heard = [{ region: 'eu-west-1', alarm: undefined, problem: 'AWS account 2 does not let Slipway in.' }]
  expect(judgePlaces(heard, at)).toMatchObject({
    is: 'inconclusive',
    words: expect.stringContaining('let Slipway in'),
  })
})

import type { PlannedCheck, PlannedMonitor } from '@slipway/manifest'
import { expect, test } from 'vitest'
import { checkProblems, checksFrom } from './index.ts'

const at = new Date('2026-11-24T10:00:00Z')
const closed = { from: '2026-01-01', to: '2028-01-01' }
const window: PlannedCheck = {
  line: 7,
  kind: 'window',
  open: [{ days: [1, 2, 3, 4], from: '09:00', to: '16:00' }],
  timeZone: 'Europe/London',
  closed: [],
}
const bake: PlannedCheck = { line: 8, kind: 'bake', minutes: 30, requests: 1000, atMostMinutes: 120 }
const rule: PlannedMonitor = { line: 12, kind: 'metric', metric: 'p99', is: 'below', value: 300 }
const inStage = (...monitors: PlannedMonitor[]) => ({ monitors, regions: ['eu-west-1'] })

test('what can be asked has no problem, and says what it is', () => {
  const approve: PlannedCheck = {
    line: 9,
    kind: 'approve',
    by: ['admin', 'qa@example.com'],
    notAuthors: true,
    expiresSeconds: 3600,
  }
  const planned = [window, bake, approve]
  expect(checkProblems(planned, inStage(rule), at)).toEqual([])
  expect(checksFrom(planned, inStage(rule))).toMatchObject([
    { words: 'Window Mon–Thu 09:00–16:00 Europe/London', isStep: false, limitSeconds: 30 * 86_400 },
    {
      words: 'Bake of 30 minutes and 1,000 requests',
      ask: { monitors: [{ kind: 'metric', words: 'p99 < 300 ms', ask: { value: 300 } }] },
    },
    {
      words: 'Approval by admins, owners and qa@example.com',
      mayAct: 'Admins, owners and qa@example.com, but nobody who wrote or pushed what is carried along',
      limitSeconds: 3600,
    },
  ])
})

test('a window waits longer where its closed dates ask for it', () => {
  const summer = { ...window, closed: [{ from: '2027-06-01', to: '2027-08-31' }] }
  expect(checksFrom([summer], inStage())[0]?.limitSeconds).toBeGreaterThan(92 * 86_400)
})

test('what would never open is refused at its line', () => {
  const codes = (planned: PlannedCheck) =>
    checkProblems([planned], inStage(), at).map(({ code, place }) => [code, place?.line])
  expect(codes({ ...window, closed: [closed] })).toEqual([['manifest-window-never-opens', 7]])
})

import { expect, test } from 'vitest'
import type { EnvironmentHere, TargetShown } from './pipeline-shown.ts'
import { countsOf, isWrittenOut, targetLook } from './target-words.ts'

const environment: EnvironmentHere = {
  id: 'env_1',
  name: 'production-eu-west-1',
  region: 'eu-west-1',
  cloudAccount: { id: 'acc_1', name: 'prod', brokenSince: null },
  url: null,
  health: 'healthy',
  live: {
    id: 'rel_1',
    number: 4,
    sha: 'a'.repeat(40),
    message: 'Sort by price',
    author: 'Priya',
    since: '2026-11-24T10:00:00.000Z',
    isBad: false,
    behind: 2,
  },
}
const progressOf = (is: NonNullable<TargetShown['progress']>['is']): TargetShown['progress'] => ({
  is,
  execution: 7,
  since: null,
  until: null,
  endedAt: null,
  error: null,
  undone: null,
  step: null,
})
const target = (changed: Partial<TargetShown> = {}): TargetShown => ({
  name: environment.name,
  environment,
  progress: null,
  ...changed,
})

test('what moves is said before how it is', () => {
  expect(targetLook(target({ progress: progressOf('deploying') })).word).toBe('Deploying')
  expect(targetLook(target({ progress: progressOf('healthy') })).word).toBe('Healthy')
  expect(targetLook(target({ progress: progressOf('ahead') })).word).toBe('Healthy')
})

test('a bad revision that is healthy is amber, not red', () => {
  const live = environment.live === null ? null : { ...environment.live, isBad: true }
  expect(targetLook(target({ environment: { ...environment, live } }))).toMatchObject({ kind: 'warning' })
})

test('of a long list only what moves and what is not well is written out, and the rest is counted', () => {
  const targets = [target(), target(), target({ progress: progressOf('failed') })]
  expect(targets.map(isWrittenOut)).toEqual([false, false, true])
  expect(countsOf(targets)).toBe('2 healthy, 1 failed')
})

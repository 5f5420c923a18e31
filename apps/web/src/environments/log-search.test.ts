import { expect, test } from 'vitest'
import type { DeploymentListed } from './deployment-words.ts'
import { isSearch, logSpan } from './log-search.ts'

const now = new Date('2026-11-25T10:00:00Z')
const deployment = (id: string, minute: number, status: DeploymentListed['status']): DeploymentListed => ({
  id,
  execution: minute,
  release: minute,
  sha: 'a'.repeat(40),
  message: 'Change it',
  status,
  isRollBack: false,
  isBad: false,
  startedAt: `2026-11-25T09:${minute}:00.000Z`,
  endedAt: `2026-11-25T09:${minute + 1}:00.000Z`,
})
// As they are listed, newest first.
const deployments = [
  deployment('c', 50, 'healthy'),
  deployment('b', 40, 'failed'),
  deployment('a', 30, 'healthy'),
]
const nothing = { text: null, service: null, level: null, host: null, when: null }

test('a period ends now', () => {
  expect(logSpan('1h', now, [])).toEqual({ from: '2026-11-25T09:00:00.000Z' })
})

test('the lines of a release go on until another was live, past one that failed', () => {
  expect(logSpan('release:a', now, deployments)).toEqual({
    from: '2026-11-25T09:30:00.000Z',
    until: '2026-11-25T09:51:00.000Z',
  })
  expect(logSpan('release:c', now, deployments)).toEqual({ from: '2026-11-25T09:50:00.000Z' })
})

test('what an address names and nobody knows bounds nothing', () => {
  expect(logSpan('release:none', now, deployments)).toEqual({})
  expect(logSpan(null, now, deployments)).toEqual({})
})

test('a service alone is followed, all else is searched', () => {
  expect(isSearch({ ...nothing, service: 'web' })).toBe(false)
  expect(isSearch({ ...nothing, level: 'error' })).toBe(true)
})

import { expect, test } from 'vitest'
import { healthIn, isHosted, overallHealth } from './health.ts'

const host = (state: string, told: object[]) => ({ state, health: told, lastSeenAt: null })
const said = { serviceId: 'svc_1', state: 'healthy', since: '2026-11-27T10:00:00Z' }

test('on a server a service is as its hosts say, and not known while none is heard from', () => {
  const environment = { compute: 'server', liveReleaseId: 'rel_1' }
  expect(healthIn({ ...environment, hosts: [host('online', [said])] }, 'svc_1').state).toBe('healthy')
  expect(healthIn({ ...environment, hosts: [host('offline', [said])] }, 'svc_1').state).toBe('unknown')
})

test('a site is live once a release is, and nothing is said of what is not measured', () => {
  const site = { compute: 'static', hosts: [] }
  const live = healthIn({ ...site, liveReleaseId: 'rel_1' }, 'svc_1')
  expect(live).toEqual({ state: 'live', since: null, restarts: 0, reason: null, releaseId: 'rel_1' })
  expect(healthIn({ ...site, liveReleaseId: null }, 'svc_1').state).toBe('unknown')
  expect(overallHealth([live, live])).toBe('live')
})

test('what has no kind yet may get hosts', () => {
  expect([null, 'server', 'static'].map((compute) => isHosted({ compute }))).toEqual([true, true, false])
})

import { realClock } from '@slipway/core'
import { createToken } from '@slipway/organisations'
import { waitForApproval } from '@slipway/pipeline/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { makeWorld, type World } from '../isolation/world.ts'
import { testApi } from '../testing.ts'

let world: World
let waits: { number: number; path: string }

beforeAll(async () => {
  world = await makeWorld(await testApi())
})
afterAll(() => world.api.close())
beforeEach(async () => {
  const { db, organisationId, app, owner } = world
  waits = await waitForApproval(db, organisationId, { app, by: owner.userId }, realClock)
})

/** The code of the refusal, or `done`. */
async function ask(
  who: 'owner' | 'member' | 'viewer',
  procedure: 'approve' | 'reject' | 'override',
  more: object = {},
): Promise<string> {
  const { organisationId, app } = world
  const asked = { organisationId, app, ...waits, ...more }
  const { status, body } = await world[who].browser.post(`/trpc/executions.${procedure}`, asked)
  return status === 200 ? 'done' : refusal.parse(body).error.data.userError.code
}
const refusal = z.object({
  error: z.object({ data: z.object({ userError: z.object({ code: z.string() }) }) }),
})

test('a member approves and rejects, a viewer does neither', async () => {
  expect(await ask('viewer', 'approve')).toBe('role-too-low')
  expect(await ask('viewer', 'reject', { reason: 'because' })).toBe('role-too-low')
  expect(await ask('member', 'approve')).toBe('done')
  expect(await ask('member', 'approve')).toBe('done')
  expect(await ask('member', 'reject', { reason: 'because' })).toBe('approval-not-possible')
})

test('a member passes nothing over, nor does a token of the owner', async () => {
  const reason = 'the approver is ill'
  expect(await ask('member', 'override', { reason })).toBe('role-too-low')
  const { db, organisationId, app, owner } = world
  const asked = { name: 'a program', scopes: ['api' as const], days: 1, userId: owner.userId }
  const { token } = await createToken(db, organisationId, asked, realClock)
  const response = await fetch(`${world.api.url}/trpc/executions.override`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ organisationId, app, ...waits, reason }),
  })
  expect(await response.text()).toContain('token-not-allowed')
  expect(await ask('owner', 'override', { reason })).toBe('done')
})

test('no reason, a place that is none and one that is not there are refused', async () => {
  const answer = (more: object) => ask('owner', 'override', { reason: 'in a hurry', ...more })
  expect(await answer({ reason: undefined })).toBe('bad-input')
  expect(await answer({ reason: '  a ' })).toBe('reason-missing')
  expect(await answer({ path: 'x'.repeat(201) })).toBe('bad-input')
  expect(await answer({ path: 'production/0/0' })).toBe('not-found')
})

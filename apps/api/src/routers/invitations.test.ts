import { asId, type OrganisationId, realClock } from '@slipway/core'
import { createToken, setRole } from '@slipway/organisations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { call, lastMail, signUp, type TestApi, testApi } from '../testing.ts'

let api: TestApi
let owner: Awaited<ReturnType<typeof signUp>>
let organisationId: OrganisationId

beforeAll(async () => {
  api = await testApi()
  owner = await signUp(api, 'Olga')
  const made = await call(owner.browser, 'mutation', 'organisations.create', { name: 'Acme' })
  organisationId = asId('organisation', z.object({ id: z.string() }).parse(made.data).id)
})

afterAll(() => api.close())

async function inviteAs(role: string, email: string): Promise<string> {
  const asked = { organisationId, email, role }
  expect(await call(owner.browser, 'mutation', 'invitations.create', asked)).toMatchObject({ status: 200 })
  return /\/invitation\/(\S+)/.exec((await lastMail(api.db, email)).text)?.[1] ?? ''
}

test('an invited person joins with their own session, and is a member from then on', async () => {
  const max = await signUp(api, 'Max')
  const token = await inviteAs('member', max.email)
  const joined = await call(max.browser, 'mutation', 'invitations.accept', { token })
  expect(joined.data).toEqual({ slug: 'acme' })
  const { text } = await call(max.browser, 'query', 'members.list', { organisationId })
  expect(text).toContain(max.email)
})

test.each([
  [{ email: 'no address', role: 'member' }, 'email'],
  [{ email: 'eve@example.com', role: 'emperor' }, 'role'],
  [{ role: 'member' }, 'email'],
])('%o is refused, naming the field', async (input, field) => {
  const asked = { organisationId, ...input }
  const { userError } = await call(owner.browser, 'mutation', 'invitations.create', asked)
  expect(userError).toMatchObject({ code: 'bad-input', details: [expect.stringContaining(field)] })
})

test('a mailbox is not filled: a sixth invitation to an address in a short time is refused', async () => {
  const asked = { organisationId, email: 'full@example.com', role: 'viewer' }
  const codes = []
  for (let time = 0; time < 6; time++) {
    const { userError } = await call(owner.browser, 'mutation', 'invitations.create', asked)
    codes.push(z.object({ code: z.string() }).safeParse(userError).data?.code ?? 'sent')
  }
  expect(codes).toEqual(['sent', ...Array(4).fill('invitation-waits'), 'too-many-requests'])
})

test('a token invites nobody and changes nobody, whoever made it', async () => {
  const asked = { userId: owner.userId, name: 'ci', scopes: ['api' as const], days: 1 }
  const { token } = await createToken(api.db, organisationId, asked, realClock)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  for (const [path, input] of [
    ['invitations.create', { email: 'eve@example.com', role: 'owner' }],
    ['members.changeRole', { userId: owner.userId, role: 'viewer' }],
    ['members.remove', { userId: owner.userId }],
  ] as const) {
    const body = JSON.stringify({ organisationId, ...input })
    const response = await fetch(new URL(`/trpc/${path}`, api.url), { method: 'POST', headers, body })
    expect(await response.text()).toContain('token-not-allowed')
  }
})

test('whoever is removed hears nothing more: their open stream ends with not-found at once', async () => {
  const zoe = await signUp(api, 'Zoe')
  const role = (is: 'viewer' | undefined) =>
    api.db.inOrganisation(organisationId, (tx) =>
      setRole(tx, organisationId, { userId: zoe.userId, role: is, by: owner.userId }, realClock),
    )
  await role('viewer')
  const url = new URL('/trpc/live.changes', api.url)
  url.searchParams.set('input', JSON.stringify({ organisationId }))
  const stream = await fetch(url, { headers: zoe.browser.headers({ accept: 'text/event-stream' }) })
  const decoder = new TextDecoder()
  let text = ''
  let isRemoved = false
  for await (const chunk of stream.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (isRemoved || !text.includes('"topic":"*"')) continue
    isRemoved = true
    await role(undefined)
  }
  expect(text).toContain('NOT_FOUND')
})

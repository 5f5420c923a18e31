import { request } from 'node:http'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { limits } from './decide/limits.ts'
import type { AppRouter } from './router.ts'
import { Browser, call, lastMail, signUp, type TestApi, testApi } from './testing.ts'

let api: TestApi

beforeAll(async () => {
  api = await testApi()
})

afterAll(() => api.close())

test('it is alive, and ready while Postgres answers', async () => {
  const anyone = new Browser(api)
  expect((await anyone.get('/healthz')).status).toBe(200)
  expect((await anyone.get('/readyz')).status).toBe(200)
  expect((await anyone.get('/nothing')).status).toBe(404)
})

test('a person signs up, proves the address, makes an organisation and a token, and the token works', async () => {
  const { browser, email } = await signUp(api, 'Ada')
  expect((await lastMail(api.db, email)).subject).toBe('Confirm your address for Slipway')
  const trpc = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${api.url}/trpc`, headers: () => Object.fromEntries(browser.headers()) })],
  })
  const { id: organisationId } = await trpc.organisations.create.mutate({ name: 'Analytical Engines' })
  expect(await trpc.organisations.mine.query()).toMatchObject([{ id: organisationId, role: 'owner' }])
  expect(await trpc.members.list.query({ organisationId })).toMatchObject([{ email, role: 'owner' }])

  const asked = { organisationId, name: 'ci', scopes: ['api' as const], days: 7 }
  const { token } = await trpc.tokens.create.mutate(asked)
  const program = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${api.url}/trpc`, headers: { authorization: `Bearer ${token}` } })],
  })
  expect(await program.members.list.query({ organisationId })).toHaveLength(1)
  await expect(program.tokens.create.mutate(asked)).rejects.toMatchObject({
    data: { userError: { code: 'token-not-allowed' } },
  })
  await expect(program.organisations.mine.query()).rejects.toMatchObject({ data: { code: 'UNAUTHORIZED' } })

  await browser.post('/auth/sign-out')
  await expect(trpc.organisations.mine.query()).rejects.toMatchObject({
    data: { userError: { code: 'not-signed-in' } },
  })
})

test("a change from another site is refused though it carries the person's cookie", async () => {
  const { browser } = await signUp(api, 'Bob')
  const headers = browser.headers({ origin: 'https://evil.example', 'content-type': 'application/json' })
  const change = { method: 'POST', headers, body: JSON.stringify({ name: 'Stolen' }) }
  expect((await fetch(`${api.url}/trpc/organisations.create`, change)).status).toBe(403)
  headers.delete('origin')
  expect((await fetch(`${api.url}/trpc/organisations.create`, change)).status).toBe(403)
  headers.set('sec-fetch-site', 'same-origin')
  expect((await fetch(`${api.url}/trpc/organisations.create`, change)).status).toBe(200)
})

test('a change cannot be asked for by GET', async () => {
  const { browser } = await signUp(api, 'Carl')
  const answer = await browser.get(
    `/trpc/organisations.create?input=${encodeURIComponent('{"name":"Linked"}')}`,
  )
  expect(answer.status).toBe(405)
})

test('every answer forbids scripts, frames and caching', async () => {
  const anyone = new Browser(api)
  for (const path of ['/healthz', '/trpc/organisations.mine', '/auth/get-session', '/nothing']) {
    const { headers } = await anyone.get(path)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
  }
})

test('a body that is too large is refused before it is read', async () => {
  expect(await statusOfLargePost('/trpc/organisations.create', 300_000)).toBe(413)
  expect(await statusOfLargePost('/auth/sign-in/email', 20_000)).toBe(413)
})

test('an answer to a hook needs no session, and opens nothing at an address that was not given', async () => {
  const answered = await fetch(`${api.url}/webhooks/hook-answers/hka_none`, {
    method: 'POST',
    body: JSON.stringify({ answer: 'pass' }),
  })
  expect(answered.status).toBe(404)
  expect(await answered.json()).toMatchObject({ userError: { code: 'hook-address-unknown' } })
})

test('bad input says which field and why, and names nothing of ours', async () => {
  const { browser } = await signUp(api, 'Dora')
  const { status, userError } = await call(browser, 'mutation', 'organisations.create', { name: 7 })
  expect(status).toBe(400)
  expect(userError).toMatchObject({ code: 'bad-input', details: [expect.stringContaining('name')] })
})

test("an account's password can be tried only so often, from wherever; another account is not touched by it", async () => {
  const tries = async (email: string, times: number) => {
    const statuses: number[] = []
    for (let n = 0; n < times; n++) {
      const elsewhere = new Browser(api)
      statuses.push(
        (await elsewhere.post('/auth/sign-in/email', { email, password: 'not the password' })).status,
      )
    }
    return statuses
  }
  const statuses = await tries('guessed@example.com', limits.account.max + 1)
  expect(statuses.slice(0, -1).every((status) => status === 401)).toBe(true)
  expect(statuses.at(-1)).toBe(429)
  expect(await tries('other@example.com', 1)).toEqual([401])
})

test('a change is heard by whoever looks at the organisation, and by nobody else', async () => {
  const ada = await signUp(api, 'Ada')
  const eve = await signUp(api, 'Eve')
  const mine = await call(ada.browser, 'mutation', 'organisations.create', { name: 'Mine' })
  const organisationId = String(Reflect.get(Object(mine.data), 'id'))
  const url = `${api.url}/trpc/live.changes?input=${encodeURIComponent(JSON.stringify({ organisationId }))}`
  const open = (browser: Browser) => fetch(url, { headers: browser.headers({ accept: 'text/event-stream' }) })

  const refused = await readUntil(await open(eve.browser), 'serialized-error')
  expect(refused).toContain('"code":"NOT_FOUND"')
  expect(refused).not.toContain('topic')

  const gone = new AbortController()
  const stream = await fetch(url, {
    headers: ada.browser.headers({ accept: 'text/event-stream' }),
    signal: gone.signal,
  })
  expect(stream.headers.get('content-type')).toContain('text/event-stream')
  const seen = readUntil(stream, '"topic":"apps"')
  await api.db.inSystem(
    'relay the outbox',
    (tx) => tx.$executeRaw`select pg_notify('live', ${`org_other|bill`})`,
  )
  await api.db.inSystem(
    'relay the outbox',
    (tx) => tx.$executeRaw`select pg_notify('live', ${`${organisationId}|apps`})`,
  )
  const text = await seen
  expect(text).toContain('"topic":"*"')
  expect(text).not.toContain('bill')
  gone.abort()
})

async function readUntil(response: Response, mark: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.includes(mark)) return text
  }
  throw new Error(`the stream ended without ${mark}: ${text}`)
}

/** On a connection of its own: the api closes one whose request it does not read to the end. */
function statusOfLargePost(path: string, bytes: number): Promise<number | undefined> {
  const headers = { 'content-type': 'application/json', 'content-length': bytes }
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, api.url), { method: 'POST', headers, agent: false }, (answer) => {
      resolve(answer.statusCode)
      sent.destroy()
    })
    sent.on('error', reject)
    sent.write('{"name":"')
  })
}

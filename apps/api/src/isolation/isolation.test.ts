import { newId } from '@slipway/core'
import { actionsOf } from '@slipway/organisations'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { appRouter } from '../router.ts'
import { Browser, testApi } from '../testing.ts'
import { fixtures } from './fixtures.ts'
import { makeWorld, type World } from './world.ts'

const definition = z.object({
  type: z.enum(['query', 'mutation', 'subscription']),
  meta: z.object({ access: z.string() }),
})

/** Every procedure of the router as it is at run time, with its kind and its rule. */
const procedures = Object.entries(z.record(z.string(), z.unknown()).parse(appRouter._def.procedures)).map(
  ([path, procedure]) => ({ path, ...definition.parse(Reflect.get(Object(procedure), '_def')) }),
)

type Procedure = (typeof procedures)[number]

let world: World

beforeAll(async () => {
  world = await makeWorld(await testApi())
})

afterAll(() => world.api.close())

test('every procedure has a rule and a fixture, and every fixture its procedure', () => {
  expect(procedures.map(({ path }) => path).sort()).toEqual(Object.keys(fixtures).sort())
})

describe.each(procedures)('$path ($meta.access)', (procedure) => {
  const { path, meta } = procedure
  const isOfOrganisation = meta.access !== 'public' && meta.access !== 'signed-in'
  const input = async () => fixtures[path]?.input(world)

  test('nobody, an expired token and a made-up token are told to sign in', async () => {
    if (meta.access === 'public') return
    const asked = await input()
    for (const authorization of [undefined, world.expiredToken, 'slw_made-up']) {
      expect((await ask(new Browser(world.api), procedure, asked, authorization)).code).toBe('UNAUTHORIZED')
    }
  })

  test('a foreign owner, their token and a removed member find nothing, as in an organisation that is not there', async () => {
    if (!isOfOrganisation) return
    const asked = Object(await input())
    const nowhere = { ...asked, organisationId: newId('organisation') }
    const missing = await ask(world.foreign.browser, procedure, nowhere)
    expect(missing.code).toBe('NOT_FOUND')
    const answers = [
      await ask(world.foreign.browser, procedure, asked),
      await ask(new Browser(world.api), procedure, asked, world.foreignToken),
      await ask(world.removed.browser, procedure, asked),
      await ask(world.owner.browser, procedure, { ...asked, organisationId: 'not an id' }),
    ]
    for (const answer of answers) expect(answer).toEqual(missing)
  })

  test("a thing of another organisation is not found in one's own, like one that is nowhere; and nothing of it is told", async () => {
    if (!isOfOrganisation) return
    const { things = [] } = fixtures[path] ?? {}
    const asked = { ...Object(await input()), organisationId: world.foreignOrganisationId }
    const answer = await ask(world.foreign.browser, procedure, asked)
    for (const secret of world.secrets) expect(answer.text).not.toContain(secret)
    if (things.length === 0) return
    expect(answer.code).toBe('NOT_FOUND')
    const made = Object.fromEntries(things.map((thing) => [thing, unknownLike(asked[thing])]))
    if ('confirm' in asked) made.confirm = made.app
    expect(await ask(world.foreign.browser, procedure, { ...asked, ...made })).toEqual(answer)
  })

  test('a viewer may what the table says, and no more', async () => {
    if (!isOfOrganisation) return
    const { code } = await ask(world.viewer.browser, procedure, await input())
    expect(code).toBe(viewersActions.includes(meta.access) ? 'OK' : 'FORBIDDEN')
  })

  test('the owner gets an answer', async () => {
    const answer = await ask(world.owner.browser, procedure, await input())
    expect(answer).toMatchObject({ code: 'OK' })
  })
})

const viewersActions: string[] = actionsOf('viewer')

type Answer = { code: string; text: string }

/** Asks over HTTP, as a browser or a program would. `OK`, or the code of the refusal; and all that was said. */
async function ask(
  browser: Browser,
  { path, type }: Procedure,
  input: unknown,
  token?: string,
): Promise<Answer> {
  const isStream = type === 'subscription'
  const headers = browser.headers({
    ...(type === 'mutation' ? { 'content-type': 'application/json' } : {}),
    ...(isStream ? { accept: 'text/event-stream' } : {}),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  })
  const url = new URL(`/trpc/${path}`, world.api.url)
  if (type !== 'mutation' && input !== undefined) url.searchParams.set('input', JSON.stringify(input))
  const body = type === 'mutation' ? { method: 'POST', body: JSON.stringify(input ?? {}) } : {}
  const leave = new AbortController()
  const response = await fetch(url, { headers, signal: leave.signal, ...body })
  const text = isStream ? await firstEvent(response) : await response.text()
  leave.abort()
  return { code: /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? 'OK', text }
}

/** What a stream says first: the refusal, or the first piece of news. */
async function firstEvent(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const isRefusal = text.includes('serialized-error') && text.endsWith('\n\n')
    if (isRefusal || text.includes('"topic"')) return text
  }
  return text
}

/** Of the same form, and nowhere. */
function unknownLike(value: unknown): unknown {
  if (typeof value === 'number') return 999_999
  const prefix = /^[a-z]+_(?=[0-9a-z]{22}$)/.exec(String(value))?.[0]
  return prefix === undefined ? 'no-such-thing' : `${prefix}${newId('user').slice(4)}`
}

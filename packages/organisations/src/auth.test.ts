import { makeLog, type OrganisationId, realClock, type UserId } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { listAudit } from './audit.ts'
import { type Auth, makeAuth } from './auth.ts'
import { roleOf, setRole } from './members.ts'
import { createOrganisation } from './organisations.ts'
import { addPerson } from './testing.ts'

const publicUrl = 'http://slipway.test'
const password = 'correct horse battery'
let database: Awaited<ReturnType<typeof testDatabase>>
let auth: Auth

beforeAll(async () => {
  database = await testDatabase()
  const log = makeLog('test', 'silent')
  const secret = 'a secret of thirty-two characters'
  auth = makeAuth({ db: database.db, clock: realClock, log, secret, publicUrl, addressHeader: 'x-client' })
})

afterAll(() => database.close())

/** A browser: keeps its cookies, sends Origin. */
function browser() {
  const cookies = new Map<string, string>()
  return {
    cookies,
    headers: () =>
      new Headers({ cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
    async send(path: string, body?: object): Promise<Response> {
      const headers = this.headers()
      headers.set('origin', publicUrl)
      if (body !== undefined) headers.set('content-type', 'application/json')
      const init = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) }
      const response = await auth.handle(new Request(new URL(path, publicUrl), init))
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (name !== undefined) cookies.set(name, value ?? '')
      }
      return response
    },
  }
}

const mailSchema = z.object({ to: z.string(), subject: z.string(), text: z.string() })

async function mailsTo(address: string) {
  const rows = await database.db.inSystem('sign people in', (tx) =>
    tx.outbox.findMany({ where: { name: 'organisations.send-mail' }, orderBy: { id: 'asc' } }),
  )
  return rows.map((row) => mailSchema.parse(row.payload)).filter((mail) => mail.to === address)
}

async function lastLink(address: string): Promise<string> {
  const link = /http:\/\/slipway\.test\S+/.exec((await mailsTo(address)).at(-1)?.text ?? '')?.[0]
  if (link === undefined) throw new Error(`no link in a mail to ${address}`)
  return link
}

const signUp = (email: string, word = password) => ({
  name: 'Ada',
  email,
  password: word,
  callbackURL: '/first-steps',
})

test('an account is usable once its address is proven, and not before', async () => {
  const email = 'ada@example.com'
  const ada = browser()
  expect((await ada.send('/auth/sign-up/email', signUp(email))).status).toBe(200)
  const early = await ada.send('/auth/sign-in/email', { email, password, callbackURL: '/first-steps' })
  expect(early.status).toBe(403)
  expect(await auth.personOf(ada.headers())).toBeUndefined()

  const proven = await ada.send(await lastLink(email))
  expect(proven.headers.get('location')).toBe('/first-steps')
  expect(await auth.personOf(ada.headers())).toMatchObject({ email, name: 'Ada' })

  await ada.send('/auth/sign-out', {})
  expect(await auth.personOf(ada.headers())).toBeUndefined()
  expect((await ada.send('/auth/sign-in/email', { email, password })).status).toBe(200)
  expect(await auth.personOf(ada.headers())).toMatchObject({ email })
})

test('a known address gets the same answers as an unknown one; its owner gets a mail', async () => {
  const email = 'known@example.com'
  const owner = browser()
  await owner.send('/auth/sign-up/email', signUp(email))
  await owner.send(await lastLink(email))

  const shape = async (response: Response) => {
    const text = (await response.text()).replaceAll(/usr_\w+|[\w.]+@example\.com|\d{4}-[\d\-T:.]+Z/g, '…')
    return {
      status: response.status,
      text,
      cookies: response.headers.getSetCookie().map((line) => line.split('=')[0]),
    }
  }
  const stranger = browser()
  const again = await shape(await stranger.send('/auth/sign-up/email', signUp(email, 'another password')))
  const fresh = await shape(
    await stranger.send('/auth/sign-up/email', signUp('fresh@example.com', 'another password')),
  )
  expect(again).toEqual(fresh)
  expect((await mailsTo(email)).at(-1)?.subject).toBe('You already have a Slipway account')

  const wrong = await shape(
    await stranger.send('/auth/sign-in/email', { email, password: 'not the password' }),
  )
  const nobody = await shape(
    await stranger.send('/auth/sign-in/email', { email: 'nobody@example.com', password: 'not the password' }),
  )
  expect(wrong).toEqual(nobody)
  const reset = await shape(
    await stranger.send('/auth/request-password-reset', { email, redirectTo: '/reset-password' }),
  )
  const noReset = await shape(
    await stranger.send('/auth/request-password-reset', {
      email: 'nobody@example.com',
      redirectTo: '/reset-password',
    }),
  )
  expect(reset).toEqual(noReset)
})

test("a stranger who signed up with somebody's address has no way in once the owner proves it", async () => {
  const email = 'victim@example.com'
  const stranger = browser()
  await stranger.send('/auth/sign-up/email', signUp(email, 'the stranger knows this'))
  const victim = browser()
  await victim.send('/auth/sign-up/email', signUp(email))
  await victim.send(await lastLink(email))
  const tried = await stranger.send('/auth/sign-in/email', { email, password: 'the stranger knows this' })
  expect(tried.status).toBe(401)
  expect((await mailsTo(email)).at(-1)?.subject).toBe('Choose your password for Slipway')

  const chosen = await victim.send(await lastLink(email))
  const token = new URL(chosen.headers.get('location') ?? '', publicUrl).searchParams.get('token')
  expect((await victim.send('/auth/reset-password', { token, newPassword: password })).status).toBe(200)
  expect((await victim.send('/auth/sign-in/email', { email, password })).status).toBe(200)
  expect(await auth.personOf(victim.headers())).toMatchObject({ email })
})

test('a new password ends every session, and its link works once', async () => {
  const email = 'reset@example.com'
  const laptop = browser()
  await laptop.send('/auth/sign-up/email', signUp(email))
  await laptop.send(await lastLink(email))
  expect(await auth.personOf(laptop.headers())).toBeDefined()

  const phone = browser()
  await phone.send('/auth/request-password-reset', { email, redirectTo: '/reset-password' })
  const { headers } = await phone.send(await lastLink(email))
  const token = new URL(headers.get('location') ?? '', publicUrl).searchParams.get('token')
  const change = { token, newPassword: 'a whole new password' }
  expect((await phone.send('/auth/reset-password', change)).status).toBe(200)
  expect((await phone.send('/auth/reset-password', change)).status).toBe(400)
  expect(await auth.personOf(laptop.headers())).toBeUndefined()
  expect((await phone.send('/auth/sign-in/email', { email, password })).status).toBe(401)
})

test('an address changes once both mailboxes have agreed, and the account stays one', async () => {
  const [email, next] = ['before@example.com', 'after@example.com']
  const ada = browser()
  await ada.send('/auth/sign-up/email', signUp(email))
  await ada.send(await lastLink(email))
  const asked = { newEmail: next, callbackURL: '/account' }
  expect((await ada.send('/auth/change-email', asked)).status).toBe(200)
  expect(await mailsTo(next)).toEqual([])
  await ada.send(await lastLink(email))
  expect(await auth.personOf(ada.headers())).toMatchObject({ email })
  await ada.send(await lastLink(next))
  expect(await auth.personOf(ada.headers())).toMatchObject({ email: next })
  expect((await ada.send('/auth/sign-in/email', { email: next, password })).status).toBe(200)
  expect((await ada.send('/auth/sign-in/email', { email, password })).status).toBe(401)
})

test('changing to an address that has an account is answered alike, and changes nothing', async () => {
  const [own, taken] = ['own@example.com', 'taken@example.com']
  const [ada, eve] = [browser(), browser()]
  await eve.send('/auth/sign-up/email', signUp(taken))
  await eve.send(await lastLink(taken))
  await ada.send('/auth/sign-up/email', signUp(own))
  await ada.send(await lastLink(own))
  const mails = (await mailsTo(taken)).length
  const answers = []
  for (const newEmail of [taken, 'free@example.com'])
    answers.push(await (await ada.send('/auth/change-email', { newEmail })).text())
  expect(answers[0]).toBe(answers[1])
  expect(await mailsTo(taken)).toHaveLength(mails)
})

test('an account is deleted by its password, when no organisation needs it as its owner', async () => {
  const email = 'leaver@example.com'
  const ada = browser()
  await ada.send('/auth/sign-up/email', signUp(email))
  await ada.send(await lastLink(email))
  const person = await auth.personOf(ada.headers())
  if (person === undefined) throw new Error('nobody is signed in')
  const { id } = await createOrganisation(database.db, { name: 'Left', userId: person.userId }, realClock)
  const leave = (given: string) => ada.send('/auth/delete-account', { password: given })
  await expect(leave('not the password')).rejects.toMatchObject({ fields: { code: 'password-wrong' } })
  await expect(leave(password)).rejects.toMatchObject({ fields: { code: 'account-last-owner' } })
  expect(await auth.personOf(ada.headers())).toMatchObject({ email })

  const heir = await addPerson(database.db, 'Heir')
  await database.db.inOrganisation(id, (tx) =>
    setRole(tx, id, { userId: heir, role: 'owner', by: person.userId }, realClock),
  )
  expect((await leave(password)).status).toBe(200)
  expect(await auth.personOf(ada.headers())).toBeUndefined()
  expect(await roleOf(database.db, id, person.userId)).toBeUndefined()
  expect((await ada.send('/auth/sign-in/email', { email, password })).status).toBe(401)
  const names = (await listAudit(database.db, id)).entries.map(({ actorName }) => actorName)
  expect(new Set(names)).toEqual(new Set(['A former member']))

  await ada.send('/auth/sign-up/email', signUp(email))
  await ada.send(await lastLink(email))
  expect(await auth.personOf(ada.headers())).toMatchObject({ email })
})

test('a session says what its person is in each organisation now, and nothing of those they left or that are gone', async () => {
  const { db } = database
  const email = 'roles@example.com'
  const ada = browser()
  await ada.send('/auth/sign-up/email', signUp(email))
  await ada.send(await lastLink(email))
  const roles = async () => (await auth.personOf(ada.headers()))?.roles
  const userId = (await auth.personOf(ada.headers()))?.userId
  if (userId === undefined) throw new Error('nobody is signed in')
  expect(await roles()).toEqual(new Map())
  const heir = await addPerson(db, 'Heir')
  const give = (id: OrganisationId, to: UserId, role: 'owner' | 'viewer' | undefined) =>
    db.inOrganisation(id, (tx) => setRole(tx, id, { userId: to, role, by: to }, realClock))
  const left = await createOrganisation(db, { name: 'Left', userId }, realClock)
  const gone = await createOrganisation(db, { name: 'Gone', userId }, realClock)
  await createOrganisation(db, { name: 'Of another', userId: heir }, realClock)
  expect(await roles()).toEqual(new Map([left, gone].map(({ id }) => [id, 'owner'])))
  await give(left.id, heir, 'owner')
  await give(left.id, userId, 'viewer')
  expect((await roles())?.get(left.id)).toBe('viewer')
  await give(left.id, userId, undefined)
  await db.inOrganisation(gone.id, (tx) =>
    tx.organisation.update({ where: { id: gone.id }, data: { deletedAt: new Date() } }),
  )
  expect(await roles()).toEqual(new Map())
})

test('a short password, a foreign return address and a forged link are refused', async () => {
  const anyone = browser()
  expect((await anyone.send('/auth/sign-up/email', signUp('short@example.com', 'short'))).status).toBe(400)
  const abroad = { ...signUp('abroad@example.com'), callbackURL: 'https://evil.example/' }
  expect((await anyone.send('/auth/sign-up/email', abroad)).status).toBe(403)
  expect((await anyone.send('/auth/verify-email?token=forged')).status).toBe(401)
})

test('a cookie that was made up, changed, or whose session has ended is nobody', async () => {
  const email = 'cookie@example.com'
  const ada = browser()
  await ada.send('/auth/sign-up/email', signUp(email))
  await ada.send(await lastLink(email))
  const cookie = ada.cookies.get('slipway.session_token') ?? ''
  const personWith = (value: string) =>
    auth.personOf(new Headers({ cookie: `slipway.session_token=${value}` }))
  expect(await personWith(cookie)).toMatchObject({ email })
  const [token = '', signature = ''] = decodeURIComponent(cookie).split('.')
  for (const made of [
    '',
    token,
    `${token}.`,
    `${token}x.${signature}`,
    `${token}.${'A'.repeat(43)}=`,
    '%',
    '..',
  ]) {
    expect(await personWith(encodeURIComponent(made))).toBeUndefined()
    expect(await personWith(made)).toBeUndefined()
  }
  await database.db.inSystem('sign people in', (tx) =>
    tx.session.updateMany({ where: { token }, data: { expiresAt: new Date(0) } }),
  )
  expect(await personWith(cookie)).toBeUndefined()
})

test('what is not open is not there', async () => {
  const anyone = browser()
  expect((await anyone.send('/auth/delete-user', {})).status).toBe(404)
  expect((await anyone.send('/auth/sign-up/email')).status).toBe(404)
})

test('over https the cookies bind to this host alone', async () => {
  const secret = 'a secret of thirty-two characters'
  const log = makeLog('test', 'silent')
  const url = 'https://slipway.example'
  const secure = makeAuth({
    db: database.db,
    clock: realClock,
    log,
    secret,
    publicUrl: url,
    addressHeader: 'x-client',
  })
  const headers = { origin: url, 'content-type': 'application/json' }
  const body = JSON.stringify({ email: 'reset@example.com', password: 'a whole new password' })
  const response = await secure.handle(
    new Request(`${url}/auth/sign-in/email`, { method: 'POST', headers, body }),
  )
  const cookies = response.headers.getSetCookie()
  expect(cookies.length).toBeGreaterThan(0)
  for (const cookie of cookies) {
    expect(cookie).toMatch(/^__Host-/)
    expect(cookie).toMatch(/Secure/i)
    expect(cookie).toMatch(/HttpOnly/i)
    expect(cookie).not.toMatch(/Domain=/i)
  }
})

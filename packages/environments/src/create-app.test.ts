import { stoppedClock, UserError } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { afterAll, expect, test } from 'vitest'
import { changeAppSettings } from './create-app.ts'
import { environmentsOf, findApp } from './find-app.ts'
import { getFirstSteps } from './first-steps.ts'
import { getApp } from './get-app.ts'
import { addApp, addTenant } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const other = await addTenant(db, clock)
const appsUrl = 'http://{name}.localhost:4700'

function codeOf(error: unknown): string {
  return error instanceof UserError ? error.fields.code : String(error)
}

test('an app begins with one environment, production, and a gate port of its own', async () => {
  const one = await addApp(db, acme, { name: 'shop' }, clock)
  const two = await addApp(db, other, { name: 'shop' }, clock)
  const [first] = await db.inOrganisation(acme.organisationId, (tx) => environmentsOf(tx, one.id))
  const [second] = await db.inOrganisation(other.organisationId, (tx) => environmentsOf(tx, two.id))
  expect(first).toMatchObject({ name: 'production', region: 'eu-west-1', liveReleaseId: null })
  expect(first?.gatePort).not.toBe(second?.gatePort)
  const shown = await getApp(db, acme.organisationId, 'shop', appsUrl)
  expect(shown).toMatchObject({ name: 'shop', isEmpty: true, live: null, health: 'none' })
})

test('two apps of one organisation cannot share a name, also when made in one moment', async () => {
  const made = await Promise.allSettled([1, 2].map(() => addApp(db, acme, { name: 'twice' }, clock)))
  expect(made.map((each) => (each.status === 'rejected' ? codeOf(each.reason) : 'made')).sort()).toEqual([
    'app-name-taken',
    'made',
  ])
})

test('an app needs a connected account of the same organisation', async () => {
  const stranger = { ...acme, cloudAccountId: other.cloudAccountId }
  const foreign = await addApp(db, stranger, { name: 'foreign' }, clock).catch(codeOf)
  expect(foreign).toBe('not-found')
  await db.inOrganisation(other.organisationId, (tx) =>
    tx.cloudAccount.update({ where: { id: other.cloudAccountId }, data: { state: 'waiting' } }),
  )
  expect(await addApp(db, other, { name: 'early' }, clock).catch(codeOf)).toBe('app-account-not-connected')
})

test('another tenant’s app is not found', async () => {
  const found = db.inOrganisation(other.organisationId, (tx) => findApp(tx, other.organisationId, 'twice'))
  expect(await found.catch(codeOf)).toBe('not-found')
})

test('the branch that deploys can be changed to a real name only', async () => {
  const change = (branch: string) =>
    changeAppSettings(db, acme.organisationId, 'shop', { branch, by: acme.userId }, clock)
  expect(await change('release/2026')).toMatchObject({ branch: 'release/2026', autoDeploy: true })
  for (const branch of ['', '-x', 'a..b', 'a b', '/a', 'a/', 'a.lock']) {
    expect([branch, await change(branch).catch(codeOf)]).toEqual([branch, 'app-branch-invalid'])
  }
})

test('the first steps turn green one by one', async () => {
  const fresh = await addTenant(db, clock)
  const before = await getFirstSteps(db, fresh.organisationId, appsUrl)
  expect(before).toMatchObject({ account: { state: 'connected' }, app: null, push: null, isDone: false })
  await addApp(db, fresh, { name: 'hello' }, clock)
  expect((await getFirstSteps(db, fresh.organisationId, appsUrl)).app).toEqual({
    name: 'hello',
    branch: 'main',
  })
})

import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { afterAll, expect, test } from 'vitest'
import { ensureEnvironments, type Wanted } from './ensure-environments.ts'
import type { App } from './find-app.ts'
import { addApp, addTenant } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-26T10:00:00Z'))
const acme = await addTenant(db, clock)
const { cloudAccountId } = acme
const choosePort = async (others: readonly number[]) => 21_000 + others.length

const ensure = async (app: App, wanted: readonly Wanted[]) => {
  const found = await db.inOrganisation(acme.organisationId, (tx) =>
    ensureEnvironments(tx, app, wanted, { clock, choosePort }),
  )
  return found.map(({ name, region, gatePort }) => ({ name, region, gatePort }))
}
const at = (stage: string, region: string): Wanted => ({ stage, cloudAccountId, region })
const newApp = () => addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)

test('the first environment becomes the first target, the others are made, and twice is once', async () => {
  const app = await newApp()
  const wanted = [at('staging', 'eu-west-1'), at('production', 'eu-west-1'), at('production', 'us-east-1')]
  const made = await ensure(app, wanted)
  expect(made.map(({ name, region }) => `${name} ${region}`)).toEqual([
    'staging eu-west-1',
    'production-eu-west-1 eu-west-1',
    'production-us-east-1 us-east-1',
  ])
  expect(new Set(made.map(({ gatePort }) => gatePort)).size).toBe(3)
  expect(await ensure(app, wanted)).toEqual(made)
})

test('one that was configured stays what it is', async () => {
  const app = await newApp()
  await db.inOrganisation(acme.organisationId, (tx) =>
    tx.environment.updateMany({ where: { appId: app.id }, data: { configVersion: 1 } }),
  )
  const names = (await ensure(app, [at('production', 'us-east-1')])).map(({ name }) => name)
  expect(names).toEqual(['production-us-east-1'])
})

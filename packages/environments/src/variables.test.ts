import { asId, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { type JobContext, Transient } from '@slipway/jobs'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { bringSecretHandler, type PutParameter } from './bring-secret.ts'
import { configurationOf } from './configuration.ts'
import { environmentsOf } from './find-app.ts'
import { addApp, addTenant } from './testing.ts'
import { listVariables, removeVariable, setVariable } from './variables.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const sealing = { key: 'a key of the installation' }
let app = ''

beforeEach(async () => {
  app = `app-${newId('app').slice(-8)}`
  await addApp(db, acme, { name: app }, clock)
})

const place = () => ({ app, environment: 'production', by: userId })
const set = (name: string, value: string, secret = false) =>
  setVariable(db, organisationId, { ...place(), name, value, secret }, { clock, sealing })
const list = () => listVariables(db, organisationId, place())

async function environmentId() {
  const row = await db.inOrganisation(organisationId, (tx) =>
    tx.app.findFirstOrThrow({ where: { name: app } }),
  )
  const [environment] = await db.inOrganisation(organisationId, (tx) =>
    environmentsOf(tx, asId('app', row.id)),
  )
  if (environment === undefined) throw new Error('no environment')
  return environment.id
}

async function jobs(name: string) {
  const id = await environmentId()
  const rows = await db.inSystem('sweep', (tx) =>
    tx.outbox.findMany({ where: { name }, orderBy: { id: 'asc' } }),
  )
  return rows.filter((row) => JSON.stringify(row.payload).includes(id) || name.endsWith('bring-secret'))
}

async function bring(putParameter: PutParameter) {
  const handler = bringSecretHandler({ sealing, putParameter })
  const row = (await jobs('environments.bring-secret')).at(-1)
  const context: Pick<JobContext, 'db' | 'organisationId' | 'clock'> = { db, organisationId, clock }
  await handler.run(row?.payload, { ...context, attempt: 1, signal: AbortSignal.timeout(5000), log: silent })
}
const silent = (await import('@slipway/core')).makeLog('test', 'silent')

test('a changed variable makes a new version and tells the pipeline; the same value again does not', async () => {
  await set('LOG_LEVEL', 'info')
  await set('LOG_LEVEL', 'info')
  await set('LOG_LEVEL', 'debug')
  expect(await list()).toMatchObject({
    configVersion: 2,
    variables: [{ name: 'LOG_LEVEL', value: 'debug', state: 'set', secret: false }],
  })
  expect(await jobs('pipeline.deploy-configuration')).toHaveLength(2)
})

test('a secret goes to the parameter store and is kept nowhere', async () => {
  await set('STRIPE_KEY', 'sk_live_very_secret', true)
  expect((await list()).variables).toMatchObject([{ state: 'on-its-way', value: null, version: null }])
  const put = vi.fn<PutParameter>(async () => 1)
  await bring(put)
  const id = await environmentId()
  expect(put).toHaveBeenCalledWith(
    db,
    expect.objectContaining({ organisationId, environmentId: id, name: 'STRIPE_KEY', region: 'eu-west-1' }),
    'sk_live_very_secret',
  )
  expect((await list()).variables).toMatchObject([{ state: 'set', value: null, version: 1 }])
  const everything = await db.inOrganisation(organisationId, async (tx) => ({
    variables: await tx.variable.findMany(),
    sealed: await tx.sealedValue.count(),
    outbox: await tx.outbox.findMany(),
  }))
  expect(everything.sealed).toBe(0)
  const text = JSON.stringify(everything, (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  expect(text).not.toContain('very_secret')
  const configuration = await db.inOrganisation(organisationId, (tx) => configurationOf(tx, id))
  expect(configuration).toEqual({
    version: 1,
    plain: {},
    secrets: [{ name: 'STRIPE_KEY', parameter: `/slipway/${id}/STRIPE_KEY`, version: 1 }],
  })
})

test('a secret whose store is away is tried again, and is there after it', async () => {
  await set('TOKEN', 'abc', true)
  await expect(
    bring(async () => {
      throw new Transient('throttled')
    }),
  ).rejects.toThrow('throttled')
  expect((await list()).variables).toMatchObject([{ state: 'on-its-way' }])
  await bring(async () => 7)
  expect((await list()).variables).toMatchObject([{ state: 'set', version: 7 }])
})

test('a value that a newer one overtook is not written', async () => {
  await set('TOKEN', 'old', true)
  const old = (await jobs('environments.bring-secret')).at(-1)
  await set('TOKEN', 'new', true)
  const put = vi.fn<PutParameter>(async () => 1)
  const handler = bringSecretHandler({ sealing, putParameter: put })
  await handler.run(old?.payload, {
    db,
    organisationId,
    clock,
    log: silent,
    attempt: 1,
    signal: AbortSignal.timeout(5000),
  })
  expect(put).not.toHaveBeenCalled()
})

test('a removed variable is gone from the configuration, and its name is free again', async () => {
  await set('A', '1')
  await removeVariable(db, organisationId, { ...place(), name: 'A' }, clock)
  expect((await list()).variables).toEqual([])
  await set('A', '2')
  expect(await list()).toMatchObject({ configVersion: 3, variables: [{ value: '2' }] })
})

import { asId, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { expectHost, storeLogs, storeMinute } from '@slipway/hosts'
import { serviceStream } from '@slipway/protocol'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { environmentsOf } from './find-app.ts'
import { getMetrics } from './get-metrics.ts'
import { searchEnvironmentLogs } from './search-environment-logs.ts'
import { addApp, addTenant } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, cloudAccountId } = acme
let app = ''
let environmentId = asId('environment', newId('environment'))
let hostId = asId('host', newId('host'))

/** An app with a host that says what `web` and `worker` did in the last minute; `worker` was removed since. */
beforeEach(async () => {
  const made = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
  app = made.name
  await db.inOrganisation(organisationId, async (tx) => {
    const [environment] = await environmentsOf(tx, made.id)
    if (environment === undefined) throw new Error('no environment')
    environmentId = environment.id
    const place = {
      organisationId,
      cloudAccountId,
      region: 'eu-west-1',
      kind: 'host' as const,
      environmentId,
    }
    hostId = await expectHost(tx, place, {}, clock)
    const of = { organisationId, hostId, environmentId }
    const services = []
    for (const [name, requests] of [
      ['web', 5],
      ['worker', 2],
    ] as const) {
      const serviceId = newId('service')
      const removedAt = name === 'worker' ? clock.now() : null
      await tx.service.create({
        data: {
          id: serviceId,
          organisationId,
          environmentId,
          name,
          kind: name,
          plan: {},
          createdAt: clock.now(),
          removedAt,
        },
      })
      services.push({
        serviceId,
        requests,
        errors: 0,
        latency: new Array(14).fill(0),
        cpuMilliseconds: 0,
        memoryBytes: 0,
      })
      const lines = [{ at: clock.now().toISOString(), text: `hello of ${name}` }]
      const stream = serviceStream(environmentId, name)
      await storeLogs(tx, { organisationId, stream, source: name, sequence: 0, hostId, lines }, clock)
    }
    const host = { cpuPercent: 1, memoryBytes: 1, memoryTotalBytes: 2, diskBytes: 1, diskTotalBytes: 2 }
    const minute = new Date(clock.now().getTime() - 60_000).toISOString()
    await storeMinute(tx, { ...of, minute: { minute, ...host, services } }, clock)
  })
})

const place = () => ({ app, environment: 'production' })
const notFound = { fields: { code: 'not-found' } }

describe('the figures of an environment', () => {
  const read = (asked: { service?: string; environment?: string } = {}) =>
    getMetrics(db, organisationId, { ...place(), range: '1h', ...asked }, clock)

  test('are of all services together, or of one by its name', async () => {
    expect((await read()).services.at(-1)).toMatchObject({ requests: 7 })
    expect((await read({ service: 'web' })).services.at(-1)).toMatchObject({ requests: 5 })
  })

  test('are not found of a service or environment that is not there', async () => {
    await expect(read({ service: 'worker' })).rejects.toMatchObject(notFound)
    await expect(read({ environment: 'nowhere' })).rejects.toMatchObject(notFound)
  })
})

describe('a search of the logs of an environment', () => {
  const search = (asked: { service?: string; host?: string; text?: string } = {}) =>
    searchEnvironmentLogs(db, organisationId, { ...place(), ...asked })
  const said = (found: Awaited<ReturnType<typeof search>>) =>
    found.lines.map(({ service, text }) => `${service}: ${text}`).sort()

  test('finds what each service said, also one that was removed', async () => {
    expect(said(await search({ text: 'hello' }))).toEqual(['web: hello of web', 'worker: hello of worker'])
    expect(said(await search({ service: 'worker' }))).toEqual(['worker: hello of worker'])
    expect(said(await search({ host: hostId, service: 'web' }))).toEqual(['web: hello of web'])
  })

  test('does not find a service or host that never was there, nor one of another app', async () => {
    await expect(search({ service: 'nowhere' })).rejects.toMatchObject(notFound)
    const elsewhere = hostId
    await addApp(db, acme, { name: 'elsewhere' }, clock)
    const other = { app: 'elsewhere', environment: 'production', host: elsewhere }
    await expect(searchEnvironmentLogs(db, organisationId, other)).rejects.toMatchObject(notFound)
  })
})

import { asId, newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { environmentsOf, setLiveRelease } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { expectHost, hostConnected, storeMinute } from '@slipway/hosts'
import { afterAll, expect, test } from 'vitest'
import { getMonitors } from './get-monitors.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:20Z'))
const acme = await addTenant(db, clock)
const { organisationId, cloudAccountId } = acme
const place = (app: string) => ({ app, environment: 'production' })

/** An app of a service and a worker whose host measured an hour and a half, with an alarm in its stack. */
async function addRunning(name: string, alarms: object[]): Promise<void> {
  const app = await addApp(db, acme, { name }, clock)
  await db.inOrganisation(organisationId, async (tx) => {
    const [environment] = await environmentsOf(tx, app.id)
    if (environment === undefined) throw new Error('no environment')
    const { id: environmentId, region } = environment
    const at = { organisationId, cloudAccountId, region, kind: 'host' as const, environmentId }
    const hostId = await expectHost(tx, at, { instanceId: 'i-0123456789abcdef0' }, clock)
    const boot = '4d4a3b9c-6a0e-4d1e-9f6a-2f1d5a0c7b11'
    await hostConnected(tx, hostId, { agent: 'test', protocol: 1, boot, architecture: 'x64' }, clock)
    const ids = { web: newId('service'), worker: newId('service') }
    for (const name of ['web', 'worker'] as const) {
      const publicName = name === 'web' ? `web-${app.name}-abc123` : null
      const of = { organisationId, environmentId, name, kind: name, publicName, plan: {} }
      await tx.service.create({ data: { id: ids[name], ...of, createdAt: clock.now() } })
    }
    const health = [{ serviceId: ids.web, state: 'healthy', since: '2026-11-24T08:00:00.000Z', restarts: 0 }]
    await tx.host.update({ where: { id: hostId }, data: { health } })
    for (let ago = 90; ago >= 1; ago--) {
      const minute = new Date(Date.parse('2026-11-24T10:00:00Z') - ago * 60_000).toISOString()
      const latency = new Array<number>(14).fill(0)
      latency[4] = 600
      const quiet = { cpuMilliseconds: 0, memoryBytes: 0 }
      const services = [
        { serviceId: ids.web, requests: 600, errors: ago <= 3 ? 90 : 0, latency, ...quiet },
        { serviceId: ids.worker, requests: 0, errors: 0, latency: new Array(14).fill(0), ...quiet },
      ]
      const host = { cpuPercent: 1, memoryBytes: 1, memoryTotalBytes: 2, diskBytes: 60, diskTotalBytes: 100 }
      const of = { organisationId, hostId, environmentId, minute: { minute, ...host, services } }
      await storeMinute(tx, of, clock)
    }
    await tx.stack.create({
      data: {
        id: newId('stack'),
        organisationId,
        cloudAccountId,
        region,
        name: `slipway-${name}`,
        kind: 'server',
        environmentId,
        state: 'ready',
        outputs: { HostAlarmName: `slipway-${name}-host-checks` },
        alarms,
        createdAt: clock.now(),
        updatedAt: clock.now(),
      },
    })
    await setLiveRelease(tx, environmentId, asId('release', newId('release')))
  })
}

test('each monitor stands with its figure, its limit and since when, the alarm as it was last read', async () => {
  const readAt = '2026-11-24T10:00:00.000Z'
  const since = '2026-11-24T09:30:00.000Z'
  await addRunning('shop', [
    { name: 'slipway-shop-host-checks', state: 'ALARM', since, reason: 'Threshold Crossed', readAt },
  ])
  const { monitors, alarmMicroDollars } = await getMonitors(db, organisationId, place('shop'), clock)
  expect(monitors.map(({ monitor, of, state }) => [monitor, of, state])).toEqual([
    ['health', 'web', 'fine'],
    ['health', 'worker', 'inconclusive'],
    ['faults', 'web', 'red'],
    ['latency', 'web', 'fine'],
    ['requests', 'web', 'fine'],
    ['disk', 'i-0123456789abcdef0', 'fine'],
    ['alarm', 'slipway-shop-host-checks', 'red'],
  ])
  const of = (name: string) => monitors.find(({ monitor }) => monitor === name)
  expect(of('health')).toMatchObject({ word: 'healthy', since: '2026-11-24T08:00:00.000Z' })
  expect(of('faults')).toMatchObject({ figure: 0.15, since: '2026-11-24T09:58:00.000Z' })
  expect(of('requests')).toMatchObject({ figure: 600, limit: 10, since: null })
  expect(of('disk')).toMatchObject({ figure: 0.4, limit: 0.03 })
  expect(of('alarm')).toMatchObject({ word: 'ALARM', since, readAt })
  expect(alarmMicroDollars).toBe('100000')
})

test('an alarm that was not read yet is not known', async () => {
  await addRunning('fresh', [])
  const { monitors } = await getMonitors(db, organisationId, place('fresh'), clock)
  expect(monitors.at(-1)).toMatchObject({ monitor: 'alarm', state: 'inconclusive', word: null, since: null })
})

test('where nothing runs there is no monitor, and of what is not there none is found', async () => {
  await addApp(db, acme, { name: 'empty' }, clock)
  expect((await getMonitors(db, organisationId, place('empty'), clock)).monitors).toEqual([])
  const nowhere = getMonitors(db, organisationId, place('nowhere'), clock)
  await expect(nowhere).rejects.toMatchObject({ fields: { code: 'not-found' } })
})

import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { storeMinute } from '@slipway/hosts'
import { afterAll, expect, test } from 'vitest'
import { environmentsOf } from './find-app.ts'
import { getEnvironmentCost, listAppCosts } from './read-costs.ts'
import { addApp, addTenant, type Tenant } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))

/** An app with a server of this type, as the row of its stack tells. */
async function addServer(tenant: Tenant, name: string, instanceType: string): Promise<void> {
  const { organisationId, cloudAccountId } = tenant
  const app = await addApp(db, tenant, { name }, clock)
  await db.inOrganisation(organisationId, async (tx) => {
    const [environment] = await environmentsOf(tx, app.id)
    if (environment === undefined) throw new Error(`${name} has no environment`)
    const now = clock.now()
    const fixed = {
      instanceType,
      rootGigabytes: '16',
      volumes: JSON.stringify([{ name: 'data', gigabytes: 20, type: 'gp3' }]),
    }
    await tx.stack.create({
      data: {
        id: newId('stack', now),
        organisationId,
        cloudAccountId,
        region: environment.region,
        name: `slipway-${name}`,
        kind: 'server',
        environmentId: environment.id,
        state: 'ready',
        fixed,
        createdAt: now,
        updatedAt: now,
      },
    })
  })
}

test('an environment costs what its instance, its disks and its address cost a month', async () => {
  const acme = await addTenant(db, clock)
  await addServer(acme, 'shop', 't4g.small')
  const place = { app: 'shop', environment: 'production' }
  const cost = await getEnvironmentCost(db, acme.organisationId, place, clock)
  expect(cost.stands?.lines.map(({ what }) => what)).toEqual([
    't4g.small, running all month',
    'System disk, 16 GB gp3',
    'Disk data, 20 GB gp3',
    'Public address',
  ])
  const sum = cost.stands?.lines.reduce((total, line) => total + BigInt(line.microDollars ?? 0), 0n)
  expect(cost.stands?.totalMicroDollars).toBe(String(sum))
  expect(cost.runner).toBeNull()
})

test('a site costs its files, where they lie, and nothing else while nobody comes', async () => {
  const acme = await addTenant(db, clock)
  const { organisationId, cloudAccountId } = acme
  const app = await addApp(db, acme, { name: 'docs' }, clock)
  await db.inOrganisation(organisationId, async (tx) => {
    const [environment] = await environmentsOf(tx, app.id)
    const now = clock.now()
    await tx.stack.create({
      data: {
        id: newId('stack', now),
        organisationId,
        cloudAccountId,
        region: 'us-east-1',
        name: 'slipway-docs',
        kind: 'static',
        environmentId: environment?.id ?? '',
        state: 'ready',
        fixed: { siteBytes: String(1024 ** 3), siteRegion: 'sa-east-1' },
        createdAt: now,
        updatedAt: now,
      },
    })
  })
  const { stands } = await getEnvironmentCost(
    db,
    organisationId,
    { app: 'docs', environment: 'production' },
    clock,
  )
  // A gigabyte of S3 in São Paulo, not in Virginia.
  expect(stands?.lines.map(({ microDollars }) => microDollars)).toEqual(['0', '40500'])
  expect((await listAppCosts(db, organisationId)).totalMicroDollars).toBe('40500')
})

test('where nothing stands nothing is told, and what has no price is unknown', async () => {
  const acme = await addTenant(db, clock)
  await addApp(db, acme, { name: 'empty' }, clock)
  const place = { app: 'empty', environment: 'production' }
  expect((await getEnvironmentCost(db, acme.organisationId, place, clock)).stands).toBeNull()
  expect(await listAppCosts(db, acme.organisationId)).toEqual({
    apps: [],
    totalMicroDollars: '0',
    pricesAsOf: null,
  })
  await addServer(acme, 'known', 't4g.small')
  await addServer(acme, 'odd', 'z99.large')
  const { apps, totalMicroDollars } = await listAppCosts(db, acme.organisationId)
  expect(apps.map(({ app, microDollars }) => [app, microDollars === null])).toEqual([
    ['known', false],
    ['odd', true],
  ])
  expect(totalMicroDollars).toBeNull()
})

test('the runner costs the minutes that it measured this month, and its disk', async () => {
  const acme = await addTenant(db, clock)
  const { organisationId, cloudAccountId } = acme
  await addServer(acme, 'shop', 't4g.small')
  const hostId = newId('host')
  await db.inOrganisation(organisationId, async (tx) => {
    await tx.host.create({
      data: {
        id: hostId,
        organisationId,
        cloudAccountId,
        region: 'eu-west-1',
        kind: 'runner',
        instanceType: 't4g.medium',
        state: 'stopped',
        createdAt: clock.now(),
      },
    })
    for (const minute of ['2026-11-24T09:00:00.000Z', '2026-11-24T09:01:00.000Z']) {
      const figures = { cpuPercent: 1, memoryBytes: 1, memoryTotalBytes: 1, diskBytes: 1, diskTotalBytes: 1 }
      const measured = { minute, ...figures, services: [] }
      await storeMinute(tx, { organisationId, hostId, environmentId: undefined, minute: measured }, clock)
    }
  })
  const place = { app: 'shop', environment: 'production' }
  const { runner } = await getEnvironmentCost(db, organisationId, place, clock)
  expect(runner?.lines[0]?.what).toBe('t4g.medium, 2 minutes')
})

test("another organisation's app is not found", async () => {
  const [acme, other] = [await addTenant(db, clock), await addTenant(db, clock)]
  await addServer(acme, 'secret', 't4g.small')
  const place = { app: 'secret', environment: 'production' }
  await expect(getEnvironmentCost(db, other.organisationId, place, clock)).rejects.toMatchObject({
    fields: { code: 'not-found' },
  })
  expect((await listAppCosts(db, other.organisationId)).apps).toEqual([])
})

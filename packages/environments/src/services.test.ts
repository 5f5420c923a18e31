import { stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import type { ServicePlan } from '@slipway/manifest'
import { afterAll, expect, test } from 'vitest'
import { environmentsOf } from './find-app.ts'
import { adoptServices, prepareServices, servicesOf } from './services.ts'
import { addApp, addTenant } from './testing.ts'

const { db, close } = await testDatabase()
afterAll(close)
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))

const service = (name: string, kind: ServicePlan['kind'] = 'web'): ServicePlan => ({
  name,
  kind,
  root: '',
  run: './run',
  disks: [],
  canary: null,
  cron: null,
  hooks: null,
  why: ['It was asked for.'],
})

test('the services of an environment are those of the release that is healthy, with what became of each', async () => {
  const acme = await addTenant(db, clock)
  const { organisationId } = acme
  const app = await addApp(db, acme, { name: 'shop' }, clock)
  const other = await addApp(db, acme, { name: 'other' }, clock)
  await db.inOrganisation(organisationId, async (tx) => {
    const [environment] = await environmentsOf(tx, app.id)
    const [foreign] = await environmentsOf(tx, other.id)
    if (environment === undefined || foreign === undefined) throw new Error('no environment')
    const release = async (at: typeof environment, ...plans: ServicePlan[]) => {
      const place = { organisationId, environmentId: at.id }
      const prepared = await prepareServices(tx, { ...place, appName: app.name }, plans, clock)
      await adoptServices(tx, place, plans, clock)
      return prepared
    }
    const names = async () => (await servicesOf(tx, environment.id)).map(({ name, kind }) => [name, kind])
    await release(foreign, service('web'), service('mail', 'worker'))
    const [, mail] = await release(environment, service('web'), service('mail', 'worker'))
    expect(await names()).toEqual([
      ['mail', 'worker'],
      ['web', 'web'],
    ])
    await release(environment, service('web', 'static'), service('admin'))
    expect(await names()).toEqual([
      ['admin', 'web'],
      ['web', 'static'],
    ])
    const rows = await tx.service.findMany({ where: { environmentId: environment.id, name: 'web' } })
    expect(rows.map(({ plan }) => plan)).toMatchObject([{ kind: 'static', health: null }])
    const gone = await tx.service.findUniqueOrThrow({ where: { id: mail?.id ?? '' } })
    expect(gone.removedAt).toEqual(clock.now())
    clock.advance(1000)
    await release(environment, service('web'))
    const still = await tx.service.findUniqueOrThrow({ where: { id: mail?.id ?? '' } })
    expect(still.removedAt).toEqual(gone.removedAt)
    await release(environment, service('web'), service('mail', 'worker'))
    expect((await servicesOf(tx, environment.id)).find(({ name }) => name === 'mail')?.id).toBe(mail?.id)
    expect(await servicesOf(tx, foreign.id)).toHaveLength(2)
  })
})

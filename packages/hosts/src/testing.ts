import {
  type Clock,
  type EnvironmentId,
  type HostId,
  newId,
  type OrganisationId,
  type ServiceId,
} from '@slipway/core'
import type { Database } from '@slipway/db'
import { expectHost } from './register.ts'

export type PlacedHost = {
  organisationId: OrganisationId
  environmentId: EnvironmentId
  serviceId: ServiceId
  hostId: HostId
  runnerId: HostId
}

/** An organisation with an environment of one service, its host and a runner, for tests of what hosts say. */
export async function addHost(db: Database, clock: Clock): Promise<PlacedHost> {
  const organisationId = newId('organisation')
  const now = clock.now()
  await db.inSystem('create an organisation', (tx) =>
    tx.organisation.create({
      data: { id: organisationId, slug: organisationId.slice(4), name: 'Acme', createdAt: now },
    }),
  )
  return db.inOrganisation(organisationId, async (tx) => {
    const [cloudAccountId, appId, environmentId, serviceId] = [
      newId('cloudAccount'),
      newId('app'),
      newId('environment'),
      newId('service'),
    ]
    const place = { organisationId, cloudAccountId, region: 'eu-west-1' }
    await tx.cloudAccount.create({
      data: {
        id: cloudAccountId,
        organisationId,
        name: 'prod',
        region: 'eu-west-1',
        externalId: cloudAccountId,
        state: 'connected',
        createdAt: now,
      },
    })
    await tx.app.create({ data: { id: appId, name: 'shop', ...place, createdAt: now, createdBy: 'nobody' } })
    await tx.environment.create({
      data: { id: environmentId, appId, name: 'production', gatePort: 80, ...place, createdAt: now },
    })
    await tx.service.create({
      data: {
        id: serviceId,
        organisationId,
        environmentId,
        name: 'web',
        kind: 'web',
        plan: {},
        createdAt: now,
      },
    })
    const hostId = await expectHost(
      tx,
      { ...place, kind: 'host', environmentId },
      { instanceId: 'i-0123456789abcdef0' },
      clock,
    )
    const runnerId = await expectHost(tx, { ...place, kind: 'runner' }, {}, clock)
    return { organisationId, environmentId, serviceId, hostId, runnerId }
  })
}

/** Jobs that were enqueued under a name and have not run, oldest first. */
export function waitingJobs(db: Database, name: string): Promise<Array<{ payload: unknown }>> {
  return db.inSystem('relay the outbox', (tx) =>
    tx.outbox.findMany({ where: { name, doneAt: null }, orderBy: { id: 'asc' }, select: { payload: true } }),
  )
}

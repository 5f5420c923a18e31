import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { asId, newId, realClock } from '../../packages/core/src/index.ts'
import type { Database } from '../../packages/db/src/index.ts'
import { addTenant, type Tenant } from '../../packages/environments/src/testing.ts'
import { admitHost } from '../../packages/hosts/src/index.ts'
import type { Host } from './clients.ts'

const hostsEach = 20

/** Hosts that wait for their agents, each of an environment with one service, twenty to an organisation. */
export async function addHosts(db: Database, count: number): Promise<Host[]> {
  const hosts: Host[] = []
  while (hosts.length < count) hosts.push(...(await addHostsOf(db, await addTenant(db, realClock))))
  return hosts
}

async function addHostsOf(db: Database, tenant: Tenant): Promise<Host[]> {
  const { organisationId, cloudAccountId, userId } = tenant
  const createdAt = realClock.now()
  const made = { organisationId, createdAt }
  const place = { ...made, cloudAccountId, region: 'eu-west-1' }
  const all = Array.from({ length: hostsEach }, (_, index) => ({
    index,
    appId: newId('app'),
    environmentId: newId('environment'),
    serviceId: newId('service'),
    hostId: newId('host'),
  }))
  await db.inOrganisation(organisationId, async (tx) => {
    await tx.app.createMany({
      data: all.map(({ index, appId }) => ({ ...place, id: appId, name: `app-${index}`, createdBy: userId })),
    })
    await tx.environment.createMany({
      data: all.map(({ appId, environmentId }) => ({
        ...place,
        id: environmentId,
        appId,
        name: 'production',
        gatePort: 80,
      })),
    })
    await tx.service.createMany({
      data: all.map(({ environmentId, serviceId }) => ({
        ...made,
        id: serviceId,
        environmentId,
        name: 'web',
        kind: 'web',
        plan: {},
      })),
    })
    await tx.host.createMany({
      data: all.map(({ environmentId, hostId }) => ({
        ...place,
        id: hostId,
        kind: 'host',
        environmentId,
        instanceId,
        state: 'expected',
      })),
    })
  })
  return all
}

const instanceId = 'i-0123456789abcdef0'

/** In the worker's place, which would ask AWS: admits every agent whose proof lies there, until the signal. */
export async function admitAll(db: Database, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const jobs = await db.inSystem('relay the outbox', (tx) =>
      tx.outbox.findMany({ where: { name: 'cloud.prove-host', doneAt: null }, take: 4 }),
    )
    if (jobs.length === 0) await wait(20)
    await Promise.all(
      jobs.map(async (job) => {
        const { enrolmentId } = z.object({ enrolmentId: z.string() }).parse(job.payload)
        const organisationId = asId('organisation', job.organisationId ?? '')
        await db.inOrganisation(organisationId, async (tx) => {
          await admitHost(tx, { enrolmentId, instanceId }, realClock)
          await tx.outbox.update({ where: { id: job.id }, data: { doneAt: new Date() } })
        })
      }),
    )
  }
}

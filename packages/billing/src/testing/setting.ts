import { type Clock, makeLog, newId, type OrganisationId, type UserId } from '@slipway/core'
import type { Database } from '@slipway/db'
import type { Handler, JobContext } from '@slipway/jobs'
import type { z } from 'zod'
import type { Mask } from '../decide/mask.ts'
import { hourMilliseconds, type Month, monthNamed } from '../decide/month.ts'
import { record, type recordUsage, recordUsageHandler, type UsageRow } from '../record-usage.ts'

export function monthOrThrow(name: string): Month {
  const month = monthNamed(name)
  if (month === undefined) throw new Error(`no month ${name}`)
  return month
}

export async function addOrganisation(db: Database, createdAt: Date): Promise<OrganisationId> {
  const id = newId('organisation')
  await db.inSystem('create an organisation', (tx) =>
    tx.organisation.create({ data: { id, slug: id.slice(4), name: 'Acme', createdAt } }),
  )
  return id
}

export async function addMember(
  db: Database,
  organisationId: OrganisationId,
  membership: { role?: string; since: Date; until?: Date },
): Promise<UserId> {
  const userId = newId('user')
  const { since } = membership
  await db.inSystem('sign people in', (tx) =>
    tx.user.create({
      data: { id: userId, name: 'Ann', email: `${userId}@example.com`, createdAt: since, updatedAt: since },
    }),
  )
  await db.inOrganisation(organisationId, (tx) =>
    tx.member.create({
      data: {
        id: newId('member'),
        organisationId,
        userId,
        role: membership.role ?? 'member',
        since,
        until: membership.until ?? null,
      },
    }),
  )
  return userId
}

/** A service called web of an app called shop. */
export async function addService(
  db: Database,
  organisationId: OrganisationId,
  { createdAt, removedAt = null }: { createdAt: Date; removedAt?: Date | null },
): Promise<string> {
  const serviceId = newId('service')
  await db.inOrganisation(organisationId, async (tx) => {
    const [cloudAccountId, appId, environmentId] = [newId('cloudAccount'), newId('app'), newId('environment')]
    const made = { organisationId, createdAt }
    const place = { cloudAccountId, region: 'eu-west-1' }
    await tx.cloudAccount.create({
      data: {
        ...made,
        id: cloudAccountId,
        region: 'eu-west-1',
        state: 'waiting',
        externalId: newId('job'),
        name: 'AWS',
      },
    })
    await tx.app.create({ data: { ...made, ...place, id: appId, name: 'shop', createdBy: 'usr_1' } })
    await tx.environment.create({
      data: { ...made, ...place, id: environmentId, appId, name: 'production', gatePort: 80 },
    })
    await tx.service.create({
      data: { ...made, id: serviceId, environmentId, name: 'web', kind: 'web', plan: {}, removedAt },
    })
  })
  return serviceId
}

/** Usage of whole hours from `start` on, recorded at the clock's time. */
export async function recordHours(
  db: Database,
  organisationId: OrganisationId,
  seen: { serviceId: string; start: Date; hours: number; mask: Mask; kind?: UsageRow['kind'] },
  clock: Clock,
): Promise<void> {
  const rows = Array.from({ length: seen.hours }, (_, index): UsageRow => {
    const hour = new Date(seen.start.getTime() + index * hourMilliseconds)
    return {
      serviceId: seen.serviceId,
      hour,
      source: 'test',
      sequence: index,
      kind: seen.kind ?? 'seen',
      mask: seen.mask,
    }
  })
  await record(db, organisationId, rows, clock)
}

export async function heartbeat(
  db: Database,
  payload: z.input<typeof recordUsage.payload>,
  clock: Clock,
): Promise<void> {
  await run(recordUsageHandler, payload, db, clock)
}

export async function run(handler: Handler, payload: unknown, db: Database, clock: Clock): Promise<void> {
  const context: JobContext = {
    db,
    clock,
    log: makeLog('test', 'silent'),
    attempt: 1,
    organisationId: undefined,
    signal: new AbortController().signal,
  }
  await handler.run(payload, context)
}

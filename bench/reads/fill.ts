import { createHmac, randomBytes } from 'node:crypto'
import { rollUpHours } from '../../packages/billing/src/roll-up.ts'
import { type OrganisationId, realClock, type UserId } from '../../packages/core/src/index.ts'
import type { Database, Tx } from '../../packages/db/src/index.ts'
import { addTenant } from '../../packages/environments/src/testing.ts'
import { setRole } from '../../packages/organisations/src/index.ts'
import { addPerson } from '../../packages/organisations/src/testing.ts'
import { addApp } from '../ground/apps.ts'
import { addHistory } from './history.ts'

export type Filled = {
  organisationId: OrganisationId
  apps: string[]
  /** Members, each with a cookie of a session of their own. */
  cookies: string[]
}

export type Shape = { organisations: number; appsEach: number; commitsEach: number; membersEach: number }

/** Organisations as they are after weeks of use: apps with a host that is up, pushes and their executions, awake minutes. */
export async function fill(db: Database, shape: Shape, authSecret: string): Promise<Filled[]> {
  const filled: Filled[] = []
  for (let count = 0; count < shape.organisations; count++) {
    const tenant = await addTenant(db, realClock)
    const { organisationId, userId } = tenant
    const apps: string[] = []
    for (let index = 0; index < shape.appsEach; index++) {
      const app = await addApp(db, tenant, `app-${index}`)
      await db.inOrganisation(organisationId, (tx) => addHistory(tx, app, userId, shape.commitsEach))
      apps.push(app.name)
    }
    await db.inOrganisation(organisationId, (tx) => addUsage(tx, organisationId))
    const cookies: string[] = []
    for (let member = 0; member < shape.membersEach; member++)
      cookies.push(await addSession(db, organisationId, userId, authSecret))
    filled.push({ organisationId, apps, cookies })
  }
  return filled
}

/** Every service awake in every hour of the month so far, and of the two weeks that a forecast looks back on. */
async function addUsage(tx: Tx, organisationId: OrganisationId): Promise<void> {
  const now = new Date()
  const monthStart = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)
  const from = new Date(Math.min(monthStart, now.getTime() - 14 * 86_400_000))
  await tx.$executeRaw`select ensure_partition('usage', ${from})`
  await tx.$executeRaw`select ensure_partition('usage', ${now})`
  await tx.$executeRaw`
    insert into usage (organisation_id, service_id, hour, source, sequence, kind, mask, recorded_at)
    select ${organisationId}, service.id, hour, 'host', extract(epoch from hour)::bigint, 'seen', (1::bigint << 60) - 1, hour + interval '1 hour'
    from service, generate_series(date_trunc('hour', ${from}::timestamptz), ${now}::timestamptz - interval '1 hour', interval '1 hour') as hour
    where service.organisation_id = ${organisationId}`
  await rollUpHours(tx, organisationId, from, now)
}

/** A member with a session, as signing in leaves it: a row, and a cookie with the row's token and its HMAC. */
async function addSession(
  db: Database,
  organisationId: OrganisationId,
  by: UserId,
  authSecret: string,
): Promise<string> {
  const userId = await addPerson(db, 'Otto')
  await db.inOrganisation(organisationId, (tx) =>
    setRole(tx, organisationId, { userId, role: 'member', by }, realClock),
  )
  const token = randomBytes(24).toString('hex')
  const now = new Date()
  const expiresAt = new Date(now.getTime() + 86_400_000)
  await db.inSystem('sign people in', (tx) =>
    tx.session.create({
      data: { id: randomBytes(12).toString('hex'), token, userId, expiresAt, createdAt: now, updatedAt: now },
    }),
  )
  const signature = createHmac('sha256', authSecret).update(token).digest('base64')
  return `slipway.session_token=${encodeURIComponent(`${token}.${signature}`)}`
}

import { type Clock, type CloudAccountId, newId, type OrganisationId, type UserId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { createOrganisation } from '@slipway/organisations'
import { addPerson } from '@slipway/organisations/testing'
import { createApp } from './create-app.ts'
import type { App } from './find-app.ts'

export type Tenant = { organisationId: OrganisationId; userId: UserId; cloudAccountId: CloudAccountId }

/** An organisation with its owner and a connected account, for tests of what needs one to be there. */
export async function addTenant(db: Database, clock: Clock): Promise<Tenant> {
  const userId = await addPerson(db, 'Ines')
  const { id: organisationId } = await createOrganisation(db, { name: 'Acme', userId }, clock)
  const cloudAccountId = newId('cloudAccount')
  await db.inOrganisation(organisationId, (tx) =>
    tx.cloudAccount.create({
      data: {
        id: cloudAccountId,
        organisationId,
        name: 'prod',
        region: 'eu-west-1',
        externalId: cloudAccountId,
        accountNumber: String(Math.floor(Math.random() * 1e12)).padStart(12, '0'),
        state: 'connected',
        createdAt: clock.now(),
      },
    }),
  )
  return { organisationId, userId, cloudAccountId }
}

export function addApp(
  db: Database,
  { organisationId, userId, cloudAccountId }: Tenant,
  asked: { name: string; autoDeploy?: boolean },
  clock: Clock,
): Promise<App> {
  return createApp(
    db,
    organisationId,
    {
      name: asked.name,
      cloudAccountId,
      region: 'eu-west-1',
      branch: 'main',
      autoDeploy: asked.autoDeploy ?? true,
      by: userId,
    },
    { clock, gatePorts: { first: 20_000, last: 20_999 } },
  )
}

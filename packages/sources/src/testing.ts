import { randomBytes } from 'node:crypto'
import { type AppId, newId, type OrganisationId, realClock, stoppedClock } from '@slipway/core'
import type { Database } from '@slipway/db'
import { createOrganisation } from '@slipway/organisations'
import { addPerson } from '@slipway/organisations/testing'

/** An organisation with an owner and one app that has no environment, for tests of what is about its repository. */
export async function addApp(db: Database, name: string) {
  const owner = await addPerson(db, 'Ines')
  const organisation = await createOrganisation(db, { name: 'Acme', userId: owner }, realClock)
  const appId = await addAppRow(db, organisation.id, name)
  return { organisationId: organisation.id, organisation: organisation.slug, appId, owner }
}

async function addAppRow(db: Database, organisationId: OrganisationId, name: string): Promise<AppId> {
  const createdAt = stoppedClock(new Date('2026-01-01T00:00:00Z')).now()
  const appId = newId('app')
  const cloudAccountId = newId('cloudAccount')
  await db.inOrganisation(organisationId, async (tx) => {
    await tx.cloudAccount.create({
      data: {
        id: cloudAccountId,
        organisationId,
        name: 'prod',
        region: 'eu-west-1',
        externalId: randomBytes(32).toString('base64url'),
        state: 'connected',
        createdAt,
      },
    })
    await tx.app.create({
      data: {
        id: appId,
        organisationId,
        name,
        cloudAccountId,
        region: 'eu-west-1',
        createdAt,
        createdBy: 'nobody',
      },
    })
  })
  return appId
}

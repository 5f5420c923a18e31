import { asId, type CloudAccountId, type EnvironmentId, type OrganisationId } from '@slipway/core'
import { announce, type Database, type Tx } from '@slipway/db'
import { defineJob, enqueue, type Handler, handle, type JobContext } from '@slipway/jobs'
import { z } from 'zod'
import { configurationChanged, lockConfiguration } from './configuration.ts'
import { dropSecret, openSecret, type Sealing } from './sealing.ts'

/** Writes a secret into the customer's Parameter Store, encrypted; answers its new version there. */
export type PutParameter = (
  db: Database,
  place: {
    organisationId: OrganisationId
    cloudAccountId: CloudAccountId
    region: string
    environmentId: EnvironmentId
    name: string
  },
  value: string,
) => Promise<number>

const payload = z.object({
  variableId: z.string(),
  sealedValueId: z.string(),
  by: z.string(),
  /** A deployment waits for it and takes it along: no other needs to begin. */
  isAwaited: z.boolean().default(false),
})

/** Brings a sealed secret to the customer's Parameter Store. A second run writes another version of the same value. */
const bringSecret = defineJob({
  name: 'environments.bring-secret',
  payload,
  attempts: 8,
  spacingSeconds: 2,
  timeoutSeconds: 60,
})

export async function enqueueBringSecret(
  tx: Tx,
  organisationId: OrganisationId,
  what: z.input<typeof payload>,
): Promise<void> {
  await enqueue(tx, bringSecret, what, { organisationId, key: what.sealedValueId })
}

export function bringSecretHandler(settings: { sealing: Sealing; putParameter: PutParameter }): Handler {
  return handle(bringSecret, async (what, context) => bring(what, context, settings))
}

async function bring(
  { variableId, sealedValueId, by, isAwaited }: z.infer<typeof payload>,
  { db, organisationId }: JobContext,
  { sealing, putParameter }: { sealing: Sealing; putParameter: PutParameter },
): Promise<void> {
  if (organisationId === undefined) throw new Error('a secret belongs to an organisation')
  const found = await db.inOrganisation(organisationId, async (tx) => {
    const row = await tx.variable.findUnique({ where: { id: variableId }, include: { environment: true } })
    const value = await openSecret(tx, sealing, organisationId, sealedValueId)
    return row === null || value === undefined ? undefined : { row, value }
  })
  if (found === undefined) return
  const { row, value } = found
  const environmentId = asId('environment', row.environmentId)
  // A newer value, or its removal, has taken this one's place: it is forgotten, not written.
  if (row.sealedValueId !== sealedValueId) return forget(db, organisationId, sealedValueId)

  const { region } = row.environment
  const cloudAccountId = asId('cloudAccount', row.environment.cloudAccountId)
  const place = { organisationId, cloudAccountId, region, environmentId, name: row.name }
  const version = await putParameter(db, place, value)
  await db.inOrganisation(organisationId, async (tx) => {
    await lockConfiguration(tx, environmentId)
    const changed = await tx.variable.updateMany({
      where: { id: variableId, sealedValueId, removedAt: null },
      data: { version, sealedValueId: null },
    })
    await dropSecret(tx, organisationId, sealedValueId)
    if (changed.count > 0) {
      await configurationChanged(tx, organisationId, environmentId, { by, isAwaited })
    }
    await announce(tx, organisationId, `environment:${environmentId}`)
  })
}

async function forget(db: Database, organisationId: OrganisationId, sealedValueId: string): Promise<void> {
  await db.inOrganisation(organisationId, (tx) => dropSecret(tx, organisationId, sealedValueId))
}

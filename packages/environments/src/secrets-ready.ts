import { randomBytes } from 'node:crypto'
import { type Clock, type EnvironmentId, newId, type OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import type { SecretPlan } from '@slipway/manifest'
import { enqueueBringSecret } from './bring-secret.ts'
import { type Sealing, sealSecret } from './sealing.ts'

export type SecretsReady =
  | { is: 'ready' }
  | { is: 'on-their-way'; names: string[] }
  /** Named by the manifest, never set, and not to be generated. */
  | { is: 'missing'; names: string[] }

/**
 * Whether every secret that a manifest names has a value here, as a secret or as a plain variable. One that is
 * to be generated and is not there gets 256 random bits, once, and is then on its way like any other.
 */
export async function secretsReady(
  tx: Tx,
  place: { organisationId: OrganisationId; environmentId: EnvironmentId },
  secrets: readonly SecretPlan[],
  settings: { clock: Clock; sealing: Sealing },
): Promise<SecretsReady> {
  const { organisationId, environmentId } = place
  const rows = await tx.variable.findMany({ where: { environmentId, removedAt: null } })
  const absent = secrets.filter(({ name }) => !rows.some((row) => row.name === name))
  const missing = absent.filter(({ generate }) => !generate)
  if (missing.length > 0) return { is: 'missing', names: missing.map(({ name }) => name) }

  const now = settings.clock.now()
  for (const { name } of absent) {
    const value = randomBytes(32).toString('base64url')
    const sealedValueId = await sealSecret(tx, settings.sealing, organisationId, value, now)
    const id = newId('variable', now)
    await tx.variable.create({
      data: {
        id,
        organisationId,
        environmentId,
        name,
        secret: true,
        sealedValueId,
        updatedAt: now,
        updatedBy: 'slipway',
      },
    })
    await enqueueBringSecret(tx, organisationId, {
      variableId: id,
      sealedValueId,
      by: 'slipway',
      isAwaited: true,
    })
  }
  const moving = rows.filter((row) => row.sealedValueId !== null)
  const names = [...absent, ...moving].map(({ name }) => name)
  return names.length > 0 ? { is: 'on-their-way', names } : { is: 'ready' }
}

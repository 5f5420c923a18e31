import { randomBytes } from 'node:crypto'
import type { AppId, Clock, OrganisationId, UserId } from '@slipway/core'
import { type Database, dropValue, openValue, sealValue, type Tx } from '@slipway/db'
import { findApp, type Sealing } from '@slipway/environments'
import { audit } from '@slipway/organisations'
import { lockPipeline } from '../../pipeline-rows.ts'

const purpose = 'pipeline.hook-key'
/** So long both sign after one was replaced, so that the receiver can change over without refusing any. */
const overlapMilliseconds = 86_400_000

type Of = { organisationId: OrganisationId; appId: AppId }

/** A key in the form that Standard Webhooks asks for; `endsAt` null: it is the newest. */
export type HookKey = { key: string; since: Date; endsAt: Date | null }

/**
 * The keys that sign the hooks of an app now, newest first; the first is made where there is none. Takes the lock of
 * the app's pipeline.
 */
export async function hookKeysOf(tx: Tx, of: Of, sealing: Sealing, clock: Clock): Promise<HookKey[]> {
  await lockPipeline(tx, of.appId)
  const now = clock.now()
  const rows = await openKeys(tx, of, now)
  if (rows.length === 0) return [await makeKey(tx, of, sealing, now)]
  return Promise.all(
    rows.map(async ({ id, createdAt, endsAt }) => {
      const key = await openValue(tx, sealing.key, of.organisationId, purpose, id)
      if (key === undefined) throw new Error(`the key ${id} of a hook is gone`)
      return { key, since: createdAt, endsAt }
    }),
  )
}

/** For whoever is to verify what an app's hooks send. Throws not-found. */
export async function showHookKeys(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; by: UserId },
  { sealing, clock }: { sealing: Sealing; clock: Clock },
): Promise<HookKey[]> {
  return db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, asked.app)
    const keys = await hookKeysOf(tx, { organisationId, appId: app.id }, sealing, clock)
    await keepInAudit(tx, organisationId, 'hook-keys.show', app, asked.by, clock)
    return keys
  })
}

/**
 * A new key signs from now on, those of before beside it for a day more. Not safe to repeat: each call makes another.
 * Throws not-found.
 */
export async function replaceHookKey(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; by: UserId },
  { sealing, clock }: { sealing: Sealing; clock: Clock },
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, asked.app)
    const of = { organisationId, appId: app.id }
    await lockPipeline(tx, app.id)
    const now = clock.now()
    await dropEnded(tx, of, now)
    await tx.hookKey.updateMany({
      where: { appId: app.id, endsAt: null },
      data: { endsAt: new Date(now.getTime() + overlapMilliseconds) },
    })
    await makeKey(tx, of, sealing, now)
    await keepInAudit(tx, organisationId, 'hook-keys.replace', app, asked.by, clock)
  })
}

function openKeys(tx: Tx, { appId }: Of, now: Date) {
  return tx.hookKey.findMany({
    where: { appId, OR: [{ endsAt: null }, { endsAt: { gt: now } }] },
    orderBy: [{ endsAt: { sort: 'desc', nulls: 'first' } }, { createdAt: 'desc' }],
  })
}

async function makeKey(tx: Tx, of: Of, sealing: Sealing, now: Date): Promise<HookKey> {
  const key = `whsec_${randomBytes(32).toString('base64')}`
  const id = await sealValue(tx, sealing.key, of.organisationId, purpose, key, now)
  await tx.hookKey.create({ data: { id, ...of, createdAt: now } })
  return { key, since: now, endsAt: null }
}

async function dropEnded(tx: Tx, { organisationId, appId }: Of, now: Date): Promise<void> {
  const ended = await tx.hookKey.findMany({ where: { appId, endsAt: { lte: now } } })
  for (const { id } of ended) {
    await tx.hookKey.delete({ where: { organisationId_id: { organisationId, id } } })
    await dropValue(tx, organisationId, id)
  }
}

async function keepInAudit(
  tx: Tx,
  organisationId: OrganisationId,
  action: string,
  { id, name }: { id: AppId; name: string },
  actor: UserId,
  clock: Clock,
): Promise<void> {
  const at = clock.now()
  await audit(tx, organisationId, { actor, action, subject: id, at, detail: { app: name } })
}

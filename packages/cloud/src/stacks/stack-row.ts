import { createHash } from 'node:crypto'
import { type CloudAccountId, newId, type OrganisationId, type UserErrorFields } from '@slipway/core'
import { Prisma, type Tx } from '@slipway/db'
import { z } from 'zod'
import { storedError } from '../account.ts'

export type StackKind = 'base' | 'runner' | 'server'
export type StackState = 'absent' | 'changing' | 'ready' | 'failed' | 'deleting' | 'deleted'

/** Which stack: there is one of a name in an account and region. */
export type StackKey = { cloudAccountId: CloudAccountId; region: string; name: string }

const words = z.record(z.string(), z.string())

export type StackRow = {
  id: string
  state: StackState
  /** Of what was asked for when the stack was last made as asked. */
  templateDigest: string | null
  /** The change set that is being made or carried out. */
  changeSet: string | null
  /** The last event that was told. */
  lastEventId: string | null
  outputs: Record<string, string>
  /** Facts that were chosen once and stay for the life of what the stack holds. */
  fixed: Record<string, string>
  reason: UserErrorFields | null
}

const stackState = z.enum(['absent', 'changing', 'ready', 'failed', 'deleting', 'deleted'])

/** The stack's row, or undefined where none was ever asked for. */
export async function findStackRow(tx: Tx, key: StackKey): Promise<StackRow | undefined> {
  const row = await tx.stack.findUnique({ where: { cloudAccountId_region_name: key } })
  if (!row) return undefined
  return {
    id: row.id,
    state: stackState.parse(row.state),
    templateDigest: row.templateDigest,
    changeSet: row.changeSet,
    lastEventId: row.lastEventId,
    outputs: words.parse(row.outputs),
    fixed: words.parse(row.fixed),
    reason: row.reason === null ? null : storedError.parse(row.reason),
  }
}

/** The row, made when absent. Safe to repeat, also side by side. */
export async function needStackRow(
  tx: Tx,
  organisationId: OrganisationId,
  key: StackKey,
  about: { kind: StackKind; environmentId?: string | undefined },
  now: Date,
): Promise<StackRow> {
  await tx.stack.createMany({
    data: {
      id: newId('stack', now),
      organisationId,
      ...key,
      kind: about.kind,
      environmentId: about.environmentId ?? null,
      state: 'absent',
      createdAt: now,
      updatedAt: now,
    },
    skipDuplicates: true,
  })
  const row = await findStackRow(tx, key)
  if (!row) throw new Error(`the stack ${key.name} has no row`)
  return row
}

export type StackChange = Partial<Omit<StackRow, 'id'>> & { awsStatus?: string }

export async function changeStackRow(tx: Tx, id: string, change: StackChange, now: Date): Promise<void> {
  const { reason, ...rest } = change
  await tx.stack.update({
    where: { id },
    data: {
      ...rest,
      ...(reason !== undefined && { reason: reason === null ? Prisma.DbNull : reason }),
      updatedAt: now,
    },
  })
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

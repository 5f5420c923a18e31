import { createHash } from 'node:crypto'
import {
  type CloudAccountId,
  type EnvironmentId,
  newId,
  type OrganisationId,
  type UserErrorFields,
} from '@slipway/core'
import { Prisma, type Tx } from '@slipway/db'
import { z } from 'zod'
import { storedError } from '../account.ts'
import type { StackRequest } from '../synth/templates.ts'

export type StackKind = StackRequest['kind']
type StackState = 'absent' | 'changing' | 'ready' | 'failed' | 'deleting' | 'deleted'

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

/**
 * The row again, kept from everybody else until the transaction ends: what is chosen once (a zone, a host) is
 * chosen by one of those who come together.
 */
export async function lockStackRow(tx: Tx, key: StackKey): Promise<StackRow> {
  const { cloudAccountId, region, name } = key
  await tx.$queryRaw`
    select id from stack where cloud_account_id = ${cloudAccountId} and region = ${region} and name = ${name} for update`
  const row = await findStackRow(tx, key)
  if (!row) throw new Error(`the stack ${name} has no row`)
  return row
}

/** The name of the stack that an environment has; one that was made keeps its name whatever the app is called. */
export async function findEnvironmentStack(
  tx: Tx,
  environmentId: EnvironmentId,
  kind: StackKind,
): Promise<string | undefined> {
  const row = await tx.stack.findFirst({
    where: { environmentId, kind, state: { not: 'deleted' } },
    orderBy: { createdAt: 'desc' },
    select: { name: true },
  })
  return row?.name
}

export type StackChange = Partial<Omit<StackRow, 'id'>> & { awsStatus?: string }

/** What a row says of a stack that was never made, or was made for something that is gone. */
export const notMade: StackChange = {
  state: 'absent',
  templateDigest: null,
  changeSet: null,
  outputs: {},
  reason: null,
}

export async function changeStackRow(tx: Tx, id: string, change: StackChange, now: Date): Promise<void> {
  await tx.stack.update({ where: { id }, data: columns(change, now) })
}

/** The same, and the change set is over; nothing happens where the row has another by now. */
export async function settleStackRow(
  tx: Tx,
  id: string,
  changeSet: string,
  change: Omit<StackChange, 'changeSet'>,
  now: Date,
): Promise<void> {
  await tx.stack.updateMany({ where: { id, changeSet }, data: columns({ ...change, changeSet: null }, now) })
}

function columns({ reason, ...rest }: StackChange, now: Date) {
  return {
    ...rest,
    ...(reason !== undefined && { reason: reason === null ? Prisma.DbNull : reason }),
    updatedAt: now,
  }
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

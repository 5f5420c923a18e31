import type { OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { z } from 'zod'
import { type AuditFacts, chainHash, chainStart, firstBroken } from './decide/audit-chain.ts'
import { peopleOf } from './people.ts'

const detailSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

export type AuditRecord = Pick<AuditFacts, 'actor' | 'action' | 'subject' | 'at'> & {
  detail?: AuditFacts['detail']
}

/**
 * Appends to the organisation's audit log in the caller's transaction, so that a deed and its entry are there
 * together or not at all. Entries of one organisation are written one after the other: the lock is held until
 * the transaction ends. `actor` is a user's id, `token:<id>` or `slipway`. Never give it a secret.
 */
export async function audit(tx: Tx, organisationId: OrganisationId, record: AuditRecord): Promise<void> {
  await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${`audit:${organisationId}`}, 0))::text`
  const last = await tx.auditEntry.findFirst({
    where: { organisationId },
    orderBy: { sequence: 'desc' },
    select: { sequence: true, hash: true },
  })
  const previousHash = last?.hash ?? chainStart
  const facts: AuditFacts = {
    organisationId,
    sequence: (last?.sequence ?? 0) + 1,
    at: record.at,
    actor: record.actor,
    action: record.action,
    subject: record.subject,
    detail: record.detail ?? {},
  }
  await tx.auditEntry.create({ data: { ...facts, previousHash, hash: chainHash(previousHash, facts) } })
}

export type AuditPage = {
  entries: (Omit<AuditFacts, 'organisationId'> & { hash: string; actorName: string | undefined })[]
  /** Give it as `before` for the next, older page; undefined at the beginning of the log. */
  next: number | undefined
}

const pageSize = 50

/** Newest first, 50 a page. `actorName` is a member's or former member's name, undefined for Slipway itself. */
export async function listAudit(
  db: Database,
  organisationId: OrganisationId,
  before?: number,
): Promise<AuditPage> {
  const rows = await db.inOrganisation(organisationId, (tx) =>
    tx.auditEntry.findMany({
      where: { organisationId, ...(before === undefined ? {} : { sequence: { lt: before } }) },
      orderBy: { sequence: 'desc' },
      take: pageSize + 1,
    }),
  )
  const people = await peopleOf(
    db,
    rows.map((row) => row.actor),
  )
  const entries = rows.slice(0, pageSize).map((row) => ({
    sequence: row.sequence,
    at: row.at,
    actor: row.actor,
    actorName: people.get(row.actor)?.name,
    action: row.action,
    subject: row.subject,
    detail: detailSchema.parse(row.detail),
    hash: row.hash,
  }))
  return { entries, next: rows.length > pageSize ? entries.at(-1)?.sequence : undefined }
}

const batchSize = 1000

/**
 * Reads the whole log and follows its chain: the first sequence that does not follow, or undefined when all do.
 * A cut-off end is seen only by comparing `entries` and the last hash with ones noted elsewhere.
 */
export async function verifyAudit(
  db: Database,
  organisationId: OrganisationId,
): Promise<{ entries: number; lastHash: string; brokenAt: number | undefined }> {
  let known = { sequence: 0, hash: chainStart }
  for (;;) {
    const rows = await db.inOrganisation(organisationId, (tx) =>
      tx.auditEntry.findMany({
        where: { organisationId, sequence: { gt: known.sequence } },
        orderBy: { sequence: 'asc' },
        take: batchSize,
      }),
    )
    const brokenAt = firstBroken(
      rows.map((row) => ({ ...row, detail: detailSchema.parse(row.detail) })),
      known,
    )
    const last = rows.at(-1)
    if (brokenAt !== undefined || last === undefined) {
      return { entries: known.sequence, lastHash: known.hash, brokenAt }
    }
    known = { sequence: last.sequence, hash: last.hash }
  }
}

import { createHash } from 'node:crypto'

/** What one entry of the audit log says; `sequence` starts at 1 for each organisation and has no gaps. */
export type AuditFacts = {
  organisationId: string
  sequence: number
  at: Date
  /** A user, a token of a user, or a part of Slipway: `usr_…`, `tok_…`, `system`. */
  actor: string
  action: string
  subject: string
  /** Plain values by name, never a secret. */
  detail: Record<string, string | number | boolean | null>
}

/** What stands before the first entry. */
export const chainStart = '0'.repeat(64)

/** The entry's hash, which covers the hash before it: to change one entry is to change all that follow. */
export function chainHash(previousHash: string, facts: AuditFacts): string {
  const sorted = Object.keys(facts.detail)
    .sort()
    .map((name) => [name, facts.detail[name]])
  const text = JSON.stringify([
    previousHash,
    facts.organisationId,
    facts.sequence,
    facts.at.toISOString(),
    facts.actor,
    facts.action,
    facts.subject,
    sorted,
  ])
  return createHash('sha256').update(text).digest('hex')
}

export type ChainedEntry = AuditFacts & { hash: string }

/**
 * The sequence of the first entry that does not follow from the one before it (changed, removed, inserted or
 * out of order), or undefined when the chain is whole. Entries are given in order of their sequence, from `from`
 * on. An end that was cut off cannot be seen here: compare the last hash with one noted elsewhere.
 */
export function firstBroken(
  entries: Iterable<ChainedEntry>,
  from: { sequence: number; hash: string } = { sequence: 0, hash: chainStart },
): number | undefined {
  let previous = from
  for (const entry of entries) {
    const follows = entry.sequence === previous.sequence + 1 && entry.hash === chainHash(previous.hash, entry)
    if (!follows) return previous.sequence + 1
    previous = { sequence: entry.sequence, hash: entry.hash }
  }
  return undefined
}

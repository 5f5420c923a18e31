import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AuditFacts, type ChainedEntry, chainHash, chainStart, firstBroken } from './audit-chain.ts'

function chain(length: number): ChainedEntry[] {
  const entries: ChainedEntry[] = []
  let hash = chainStart
  for (let sequence = 1; sequence <= length; sequence++) {
    const facts: AuditFacts = {
      organisationId: 'org_1',
      sequence,
      at: new Date(Date.UTC(2026, 0, 1, 0, sequence)),
      actor: 'usr_1',
      action: 'tokens.create',
      subject: `tok_${sequence}`,
      detail: { scope: 'git', days: sequence },
    }
    hash = chainHash(hash, facts)
    entries.push({ ...facts, hash })
  }
  return entries
}

test('a whole chain has no break', () => {
  expect(firstBroken(chain(20))).toBeUndefined()
  expect(firstBroken([])).toBeUndefined()
})

test('the order in which detail were written does not matter', () => {
  const [entry] = chain(1)
  if (entry === undefined) throw new Error('no entry')
  expect(chainHash(chainStart, { ...entry, detail: { days: 1, scope: 'git' } })).toBe(entry.hash)
})

test('whatever is changed, removed or swapped is found where it happened', () => {
  fc.assert(
    fc.property(fc.nat(18), fc.constantFrom('change', 'remove', 'swap'), (at, how) => {
      const entries = chain(20)
      const entry = entries[at]
      const next = entries[at + 1]
      if (entry === undefined || next === undefined) throw new Error('out of range')
      if (how === 'change') entries[at] = { ...entry, actor: 'usr_2' }
      if (how === 'remove') entries.splice(at, 1)
      if (how === 'swap') entries.splice(at, 2, next, entry)
      expect(firstBroken(entries)).toBe(at + 1)
    }),
  )
})

test('the part after a known entry can be verified alone', () => {
  const entries = chain(6)
  const known = entries[2]
  if (known === undefined) throw new Error('no entry')
  expect(firstBroken(entries.slice(3), known)).toBeUndefined()
  expect(firstBroken(entries.slice(4), known)).toBe(4)
})

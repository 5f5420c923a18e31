import { expect, test } from 'vitest'
import { judgeProof, type ProofAttempts } from './judge-proof.ts'

const account = '222222222222'
const good: ProofAttempts = {
  accountNumber: account,
  withId: { assumed: true, account },
  withoutId: { assumed: false },
  withWrongId: { assumed: false },
}

test.each<[string, Partial<ProofAttempts>, string]>([
  ['admits us alone', {}, 'proven'],
  ['does not admit us', { withId: { assumed: false, message: 'AccessDenied' } }, 'not-admitted'],
  ['is of another account', { withId: { assumed: true, account: '333333333333' } }, 'refused'],
  ['admits us without the id', { withoutId: { assumed: true } }, 'refused'],
  ['admits us with any id', { withWrongId: { assumed: true } }, 'refused'],
  ['was not asked without the id', { withoutId: undefined }, 'refused'],
  ['was not asked with another id', { withWrongId: undefined }, 'refused'],
])('a role that %s', (_, differs, verdict) => {
  expect(judgeProof({ ...good, ...differs }).verdict).toBe(verdict)
})

import { describe, expect, test } from 'vitest'
import type { CheckProgress } from '../../../decide/execution.ts'
import { type CheckFacts, whyNotOverride } from '../../decide/why-not-asked.ts'
import { type ApprovalFacts, approversInWords, whyNotApprove, whyNotReject } from './why-not-approve.ts'

const at = '2026-11-24T10:00:00.000Z'
const asked: CheckProgress = { is: 'asked', attempt: 1, since: at, until: at }
const passed: CheckProgress = {
  is: 'passed',
  attempt: 1,
  since: at,
  endedAt: at,
  by: 'usr_1',
  reason: null,
  isOverridden: false,
  freshUntil: null,
}
const failed: CheckProgress = {
  is: 'failed',
  attempt: 1,
  since: at,
  endedAt: at,
  error: { code: 'test-failed', what: 'It failed.' },
}

function facts(change: Partial<ApprovalFacts> = {}, progress: CheckProgress = asked): ApprovalFacts {
  return {
    number: 4,
    end: null,
    check: { kind: 'approve', words: 'Approval by admins', progress },
    asked: { by: [], notAuthors: false },
    person: { id: 'usr_ann', role: 'member', email: 'Ann@example.com' },
    authors: ['bob@example.com', 'ann@example.com'],
    pushers: ['usr_bob', 'usr_carol'],
    ...change,
  }
}
const as = (role: ApprovalFacts['person']['role'], email = 'ann@example.com', id = 'usr_ann') => ({
  person: { id, role, email },
})
const by = (...names: string[]) => ({ asked: { by: names, notAuthors: false } })

describe('who may approve', () => {
  test.each([
    ['any member where nobody is named', {}, undefined],
    ['no viewer', as('viewer'), 'As viewer you may look on only.'],
    [
      'no viewer who is named',
      { ...as('viewer'), ...by('ann@example.com') },
      'As viewer you may look on only.',
    ],
    [
      'no viewer where viewers are named',
      { ...as('viewer'), ...by('viewer') },
      'As viewer you may look on only.',
    ],
    ['nobody who left', as(undefined), 'You are not a member of this organisation.'],
    ['who has the role', { ...as('admin'), ...by('admin') }, undefined],
    ['who has a role above it', { ...as('owner'), ...by('admin') }, undefined],
    ['not who has one below it', { ...as('member'), ...by('admin') }, 'It takes admins and owners.'],
    ['who is named, however it is written', by('owner', 'ann@example.com'), undefined],
    ['not who is not', by('owner', 'qa@example.com'), 'It takes owners and qa@example.com.'],
    [
      'no author, where that is asked',
      { asked: { by: [], notAuthors: true } },
      'You are an author of a commit that is carried along (as ann@example.com), and this asks for somebody else.',
    ],
    [
      'not who pushed it under the name of others',
      { ...as('member', 'carol@example.com', 'usr_carol'), asked: { by: [], notAuthors: true } },
      'You pushed a commit that is carried along, and this asks for somebody else.',
    ],
    [
      'who pushed it, where that is not asked',
      { ...as('member', 'carol@example.com', 'usr_carol') },
      undefined,
    ],
    [
      'who wrote none of it and pushed none of it',
      { ...as('member', 'eve@example.com', 'usr_eve'), asked: { by: [], notAuthors: true } },
      undefined,
    ],
  ])('%s', (_, change, why) => {
    expect(whyNotApprove(facts(change))).toBe(why)
  })

  test('an author may reject', () => {
    expect(whyNotReject(facts({ asked: { by: [], notAuthors: true } }))).toBeUndefined()
    expect(whyNotReject(facts(as('viewer')))).toBeDefined()
  })
})

const superseded: CheckFacts['end'] = { how: 'superseded', by: 7 }

describe('when it may be approved, or passed over', () => {
  test.each([
    ['asked', facts(), true, true],
    ['not yet asked', facts({}, { is: 'ahead' }), false, true],
    ['passed', facts({}, passed), false, false],
    ['failed', facts({}, failed), false, false],
    ['never asked', facts({}, { is: 'never' }), false, false],
    ['another kind', facts({ check: { kind: 'window', words: 'Window', progress: asked } }), false, true],
    ['superseded', facts({ end: superseded }, { is: 'never' }), false, false],
    ['cancelled', facts({ end: { how: 'cancelled', by: null } }, { is: 'never' }), false, false],
  ])('%s', (_, given, mayApprove, mayOverride) => {
    expect(whyNotApprove(given) === undefined).toBe(mayApprove)
    expect(whyNotReject(given) === undefined).toBe(mayApprove)
    expect(whyNotOverride(given) === undefined).toBe(mayOverride)
  })

  test('what superseded it is named', () => {
    const why = 'Execution 4 was superseded by execution 7, which took its commits along.'
    expect(whyNotApprove(facts({ end: superseded }))).toBe(why)
    expect(whyNotOverride(facts({ end: superseded }))).toBe(why)
  })
})

test.each([
  [[], 'any member'],
  [['member'], 'any member'],
  [['viewer', 'admin'], 'any member'],
  [['owner'], 'owners'],
  [['owner', 'admin'], 'admins and owners'],
  [['owner', 'qa@example.com'], 'owners and qa@example.com'],
  [['qa@example.com', 'admin'], 'admins, owners and qa@example.com'],
  [['qa@example.com'], 'qa@example.com'],
])('%j are called %s', (names, words) => {
  expect(approversInWords(names)).toBe(words)
})

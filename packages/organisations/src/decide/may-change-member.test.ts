import { expect, test } from 'vitest'
import { type Role, roles } from './access.ts'
import { refusalToChange, refusalToGive } from './may-change-member.ts'

test('nobody gives a role above their own', () => {
  for (const own of roles)
    for (const role of roles) {
      const isAbove = roles.indexOf(role) > roles.indexOf(own)
      expect(refusalToGive(own, role)?.code).toBe(isAbove ? 'role-above-yours' : undefined)
    }
})

test.each<[own: Role, role: Role, next: Role | undefined, isLastOwner: boolean, code: string | undefined]>([
  ['admin', 'member', 'admin', false, undefined],
  ['admin', 'member', 'owner', false, 'role-above-yours'],
  ['admin', 'owner', 'member', false, 'role-above-yours'],
  ['admin', 'owner', undefined, false, 'role-above-yours'],
  ['owner', 'owner', 'member', false, undefined],
  ['owner', 'owner', 'member', true, 'last-owner'],
  ['owner', 'owner', undefined, true, 'last-owner'],
  ['owner', 'owner', 'owner', true, undefined],
  ['viewer', 'viewer', undefined, false, undefined],
])('%s turns %s into %s, last owner %s: %s', (own, role, next, isLastOwner, code) => {
  expect(refusalToChange({ own, role, next, isLastOwner })?.code).toBe(code)
})

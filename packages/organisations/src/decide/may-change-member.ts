import type { UserErrorFields } from '@slipway/core'
import { type Role, roles } from './access.ts'

/**
 * Why somebody of this role may not give it to another, or take it from them: nobody gives or takes more than they
 * have. Undefined when they may. That they may change members at all is asked before, by `may`.
 */
export function refusalToGive(own: Role, role: Role): UserErrorFields | undefined {
  if (roles.indexOf(role) <= roles.indexOf(own)) return undefined
  return {
    code: 'role-above-yours',
    kind: 'forbidden',
    what: `As ${own} you may not give or take the role ${role}.`,
    why: 'Nobody gives or takes a role above their own.',
    todo: `Ask somebody with the role ${role}.`,
  }
}

export type MemberChange = {
  /** Of whoever asks for it. */
  own: Role
  /** Of the member before, and after; undefined after: no member any more. */
  role: Role
  next: Role | undefined
  /** Whether nobody else is an owner. */
  isLastOwner: boolean
}

/** Why this change of a membership is refused, one's own or another's; undefined when it is not. */
export function refusalToChange({ own, role, next, isLastOwner }: MemberChange): UserErrorFields | undefined {
  if (role === 'owner' && next !== 'owner' && isLastOwner) return lastOwner
  return refusalToGive(own, role) ?? (next === undefined ? undefined : refusalToGive(own, next))
}

/** An organisation without an owner could not be paid for, changed in its plan or ended. */
export const lastOwner: UserErrorFields = {
  code: 'last-owner',
  kind: 'conflict',
  what: 'This person is the only owner of the organisation.',
  why: 'Without an owner nobody could pay for it, change its plan or end it.',
  todo: 'Make somebody else an owner first.',
}

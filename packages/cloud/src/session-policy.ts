import type { OrganisationId } from '@slipway/core'
import { control, type Purpose } from './permissions/control.ts'
import { type Names, policyFor } from './policy.ts'

/** STS takes at most this many characters of a session policy; tags and the rest are packed besides. */
export const sessionPolicyCharactersMax = 2048

/** The policy of one session: what its purpose may do, in one account and region. */
export function sessionPolicy(purpose: Purpose, names: Names): string {
  return JSON.stringify(policyFor(names, control[purpose]))
}

/** By which the customer's CloudTrail tells whose session it was and what for. */
export function sessionTags(organisationId: OrganisationId, purpose: Purpose) {
  return [
    { Key: 'slipway:organisation', Value: organisationId },
    { Key: 'slipway:purpose', Value: purpose },
  ]
}

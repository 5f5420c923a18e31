import { control, type Purpose } from './permissions.ts'
import { type Names, policyFor } from './policy.ts'

/** STS takes at most this many characters of a session policy; tags and the rest are packed besides. */
export const sessionPolicyCharactersMax = 2048

/** The policy of one session: what its purpose may do, in one account and region. */
export function sessionPolicy(purpose: Purpose, names: Names): string {
  return JSON.stringify(policyFor(names, control[purpose]))
}

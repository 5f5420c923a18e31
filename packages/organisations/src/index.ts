/**
 * Who people are and what they may do: accounts (sign-up, sessions), organisations, members with roles, access
 * tokens, the audit log, mails. Everything above asks here who somebody is (`personOf`, `holderOfToken`), their
 * role (`roleOf`) and what it allows (`may`).
 * Always true: an address is proven before its account can do anything; a role is never overwritten, its row ends
 * and another begins; tokens are kept as digests; the audit log only grows, each entry covering the one before.
 * Left to others: rate limits, origin checks and cookies on the wire (the api), seats and their price (billing).
 */
export { acceptInvitation, type InvitationShown, lookAtInvitation } from './accept-invitation.ts'
export { type AuditPage, type AuditRecord, audit, listAudit, verifyAudit } from './audit.ts'
export { type Auth, type AuthSettings, makeAuth } from './auth.ts'
export {
  type Action,
  actionsOf,
  leastRole,
  may,
  type Role,
  roles,
  scopeAllows,
  type TokenScope,
  tokenScopes,
} from './decide/access.ts'
export { isToken } from './decide/token-format.ts'
export {
  type InvitationListed,
  invitationEmail,
  invite,
  listInvitations,
  resendInvitation,
  withdrawInvitation,
} from './invitations.ts'
export { organisationsJobs } from './jobs.ts'
export {
  changeMember,
  leaveOrganisation,
  listMembers,
  type MemberListed,
  roleOf,
  setRole,
} from './members.ts'
export {
  createOrganisation,
  type OwnOrganisation,
  organisationName,
  organisationsOf,
} from './organisations.ts'
export { peopleOf } from './people.ts'
export type { Person } from './read-session.ts'
export { type Mail, type MailServer, sendMail } from './send-mail.ts'
export {
  createToken,
  holderOfToken,
  listTokens,
  revokeToken,
  type TokenHolder,
  type TokenListed,
  tokenDaysMax,
} from './tokens.ts'

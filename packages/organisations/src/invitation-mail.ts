import type { Role } from './decide/access.ts'
import type { Mail } from './send-mail.ts'

/**
 * Carries no text that a stranger chose: the organisation's short name has letters, digits and hyphens alone, and
 * the sender's address is proven.
 */
export function invitationMail(
  to: string,
  asked: { organisation: string; role: Role; sender: string; days: number; url: string },
): Mail {
  return {
    to,
    subject: `Invitation to ${asked.organisation} on Slipway`,
    text: `${asked.sender} invites you to the organisation ${asked.organisation} on Slipway, as ${asked.role}.

Accept within ${asked.days} days, with an account of this address (${to}); you can sign up on the way:
${asked.url}

If you do not know the sender, do nothing: without this link nobody joins.
`,
  }
}

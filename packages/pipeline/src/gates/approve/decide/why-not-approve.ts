import { type Role, roles } from '@slipway/organisations'
import { type CheckFacts, whyNotAsked } from '../../decide/why-not-asked.ts'

/** What the manifest asks of whoever approves: roles and addresses in lower case, none: any member. */
type ApproveAsked = { by: readonly string[]; notAuthors: boolean }

export type ApprovalFacts = CheckFacts & {
  asked: ApproveAsked
  /** Without a role they are no member any more. */
  person: { id: string; role: Role | undefined; email: string }
  /** Addresses of the authors of all commits that are carried along, as git says them: anybody can write any there. */
  authors: readonly string[]
  /** Ids of those who pushed them, which their token proved. */
  pushers: readonly string[]
}

/** Why this person cannot approve it, in a sentence; undefined when they can. The page disables by it, the api refuses by it. */
export function whyNotApprove(facts: ApprovalFacts): string | undefined {
  return whyNotAnswer(facts) ?? whyNotThey(facts) ?? whyNotAnAuthor(facts)
}

/** The same for a rejection, which the authors may give too: it lets nothing pass. */
export function whyNotReject(facts: ApprovalFacts): string | undefined {
  return whyNotAnswer(facts) ?? whyNotThey(facts)
}

/** Why it waits for nobody's answer. */
function whyNotAnswer(facts: CheckFacts): string | undefined {
  const { kind, words } = facts.check
  if (kind !== 'approve') return `“${words}” is not opened by an approval.`
  return whyNotAsked(facts)
}

/** Why the word of this person does not count. */
function whyNotThey({ asked, person: { role, email } }: ApprovalFacts): string | undefined {
  if (role === undefined) return 'You are not a member of this organisation.'
  if (role === 'viewer') return 'As viewer you may look on only.'
  if (asked.by.length === 0 || asked.by.includes(email.toLowerCase())) return undefined
  const rank = roles.indexOf(role)
  if (roles.some((each, least) => asked.by.includes(each) && rank >= least)) return undefined
  return `It takes ${approversInWords(asked.by)}.`
}

/** Who pushed a commit stands for it like its author, whatever name the commit gives: else nobody else need look at it. */
function whyNotAnAuthor({ asked, person, authors, pushers }: ApprovalFacts): string | undefined {
  if (!asked.notAuthors) return undefined
  const email = person.email.toLowerCase()
  if (authors.some((author) => author.toLowerCase() === email))
    return `You are an author of a commit that is carried along (as ${email}), and this asks for somebody else.`
  if (pushers.includes(person.id))
    return 'You pushed a commit that is carried along, and this asks for somebody else.'
  return undefined
}

/** “admins, owners and qa@example.com”. Whoever stands above a named role may do what that role may. */
export function approversInWords(by: readonly string[]): string {
  const least = roles.find((role) => by.includes(role))
  const people = by.filter((each) => each.includes('@'))
  if (by.length === 0 || least === 'viewer' || least === 'member') return 'any member'
  const named = [...(least === undefined ? [] : rolesFrom[least]), ...people]
  const last = named.at(-1) ?? ''
  return named.length > 1 ? `${named.slice(0, -1).join(', ')} and ${last}` : last
}

const rolesFrom = { admin: ['admins', 'owners'], owner: ['owners'] } as const

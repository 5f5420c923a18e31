import { type Role, roles } from '@slipway/organisations'
import type { Check, End } from '../../../decide/execution.ts'

/** What the manifest asks of whoever approves: roles and addresses in lower case, none: any member. */
type ApproveAsked = { by: readonly string[]; notAuthors: boolean }

/** A check as somebody finds it who wants to open it, or pass it over. */
export type CheckFacts = {
  /** Number of the execution. */
  number: number
  /** With the number of the execution that took its place. */
  end: { how: End['how']; by: number | null } | null
  check: Pick<Check, 'kind' | 'words' | 'progress'>
}

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

/** Why it cannot be passed over now, whoever asks. One that has not been asked can: it is then not asked at all. */
export function whyNotOverride(facts: CheckFacts): string | undefined {
  const { progress } = facts.check
  if (facts.end !== null) return hasEnded(facts)
  if (progress.is === 'ahead' || progress.is === 'asked') return undefined
  return isSettled(progress.is)
}

/** Why it waits for nobody's answer. */
function whyNotAnswer(facts: CheckFacts): string | undefined {
  const { kind, words, progress } = facts.check
  if (kind !== 'approve') return `“${words}” is not opened by an approval.`
  if (facts.end !== null) return hasEnded(facts)
  if (progress.is === 'asked') return undefined
  return progress.is === 'ahead' ? 'It is not its turn yet.' : isSettled(progress.is)
}

function hasEnded({ number, end }: CheckFacts): string {
  switch (end?.how) {
    case 'superseded':
      return end.by === null
        ? `Execution ${number} was superseded by a newer push, which took its commits along.`
        : `Execution ${number} was superseded by execution ${end.by}, which took its commits along.`
    case 'cancelled':
      return `Execution ${number} was cancelled.`
    case 'failed':
      return `Execution ${number} has failed.`
    case 'succeeded':
    case undefined:
      return `Execution ${number} is done.`
  }
}

function isSettled(is: 'passed' | 'failed' | 'never'): string {
  switch (is) {
    case 'passed':
      return 'It has passed already.'
    case 'failed':
      return 'It has failed already.'
    case 'never':
      return 'It was never asked.'
  }
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

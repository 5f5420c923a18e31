import type { Answers } from '../api/trpc.ts'

/** Somebody on the page of people, as the api gives them. */
export type Member = Answers['members']['list'][number]
export type Role = Member['role']

/** What each role is for, in a sentence; the api has the table of all that each may do. */
export const roleWords: Record<Role, string> = {
  viewer: 'A viewer sees everything but secrets, changes nothing and takes no seat.',
  member: 'A member creates apps, pushes and deploys.',
  admin: 'An admin also connects cloud accounts, deletes apps and invites people.',
  owner: 'An owner also changes the plan and gives the role of an owner.',
}

/** With its article, as in "an admin". */
export function aRole(role: Role): string {
  return `${/^[ao]/.test(role) ? 'an' : 'a'} ${role}`
}

import type { UserErrorFields } from '@slipway/core'

/** What came of the attempts that prove a connection. An attempt that was not made is undefined. */
export type ProofAttempts = {
  accountNumber: string
  withId: { assumed: true; account: string } | { assumed: false; message: string }
  withoutId: { assumed: boolean } | undefined
  withWrongId: { assumed: boolean } | undefined
}

export type ProofJudgement =
  | { verdict: 'proven' }
  /** IAM may not have spread the role yet: to be tried again for a while. */
  | { verdict: 'not-admitted'; error: UserErrorFields }
  | { verdict: 'refused'; error: UserErrorFields }

/**
 * Whether the role is ours alone. It must admit us with the external id that only we know, belong to the
 * account that it was announced from, and refuse us without the id and with another: a role that would admit a
 * stranger is not connected, however convenient that would be.
 */
export function judgeProof(attempts: ProofAttempts): ProofJudgement {
  const { accountNumber, withId, withoutId, withWrongId } = attempts
  if (!withId.assumed) return { verdict: 'not-admitted', error: notAdmitted(accountNumber, withId.message) }
  if (withId.account !== accountNumber)
    return {
      verdict: 'refused',
      error: {
        code: 'connection-other-account',
        kind: 'failed',
        what: `The role belongs to AWS account ${withId.account}, not to ${accountNumber}.`,
        why: 'What announced itself and what was proven are two different accounts.',
        todo: 'Begin a new connection and launch its stack in the account that you want to connect.',
      },
    }
  if (withoutId?.assumed !== false)
    return { verdict: 'refused', error: admitsStrangers(accountNumber, 'without an ExternalId') }
  if (withWrongId?.assumed !== false)
    return { verdict: 'refused', error: admitsStrangers(accountNumber, 'with any ExternalId') }
  return { verdict: 'proven' }
}

function notAdmitted(accountNumber: string, message: string): UserErrorFields {
  return {
    code: 'connection-not-admitted',
    kind: 'failed',
    what: `The role in AWS account ${accountNumber} does not let Slipway in.`,
    why: 'It is not there, it trusts another ExternalId than the one of this connection, or the stack was made from a changed template.',
    todo: 'Delete the connect stack in CloudFormation, then launch it again from the link on this page without changing the template.',
    details: [message],
  }
}

function admitsStrangers(accountNumber: string, how: string): UserErrorFields {
  return {
    code: 'connection-admits-strangers',
    kind: 'failed',
    what: `The role in AWS account ${accountNumber} lets Slipway in ${how}, so it was not connected.`,
    why: 'Its trust does not ask for exactly the ExternalId of this connection. Another customer of Slipway could then have Slipway act in your account. The stack was made from a changed template, or the role was changed afterwards.',
    todo: 'Delete the connect stack in CloudFormation, then launch it again from the link on this page without changing the template.',
  }
}

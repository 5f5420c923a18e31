import {
  type CloudAccountId,
  notFound,
  type OrganisationId,
  UserError,
  type UserErrorFields,
} from '@slipway/core'
import { announce, Prisma, type Tx } from '@slipway/db'
import { cloudAccountState, readAccountNumber } from '../account.ts'
import type { ConnectConfig } from '../cloud-config.ts'
import { startProof } from './prove-connection.ts'

/**
 * A person types the twelve digits, where nothing was announced. Nothing is believed by it: the proof follows.
 * Throws a UserError on anything but twelve digits, on Slipway's own account, and for a connection that is
 * connected already or was given up.
 */
export async function typeAccountNumber(
  tx: Tx,
  config: ConnectConfig,
  input: { organisationId: OrganisationId; id: CloudAccountId; number: string },
  now: Date,
): Promise<void> {
  const number = readAccountNumber(input.number)
  if (!number)
    throw new UserError({
      code: 'account-number',
      what: `"${input.number.slice(0, 40)}" is not an AWS account number.`,
      why: 'One has twelve digits.',
      todo: "Copy it from the stack's outputs or from the menu at the top right of AWS's console.",
    })
  if (number === config.platformAccount) throw new UserError(ownAccount(number))
  const row = await tx.cloudAccount.findUnique({ where: { id: input.id } })
  if (!row) throw notFound('cloud account')
  const state = cloudAccountState.parse(row.state)
  if (state === 'connected' || state === 'broken' || state === 'disconnected')
    throw new UserError({
      code: 'cloud-account-settled',
      kind: 'conflict',
      what: `${row.name} ${state === 'disconnected' ? 'was disconnected' : `belongs to AWS account ${row.accountNumber} already`}.`,
      todo: 'Begin a new connection for another AWS account.',
    })
  await toBeProven(tx, input.organisationId, input.id, { accountNumber: number }, now)
}

/** "Check again": proves the connection now. Not for one that nobody announced yet. */
export async function checkAgain(
  tx: Tx,
  input: { organisationId: OrganisationId; id: CloudAccountId },
  now: Date,
): Promise<void> {
  const row = await tx.cloudAccount.findUnique({ where: { id: input.id } })
  if (!row) throw notFound('cloud account')
  if (row.state === 'disconnected' || !row.accountNumber)
    throw new UserError({
      code: 'cloud-account-nothing-to-check',
      kind: 'conflict',
      what: `There is nothing to check in ${row.name} yet.`,
      why:
        row.state === 'disconnected' ? 'It was disconnected.' : 'Its AWS account has not announced itself.',
      todo: 'Launch the connect stack from its page, or type the account number there.',
    })
  if (row.state === 'refused') await toBeProven(tx, input.organisationId, input.id, {}, now)
  else await startProof(tx, input.organisationId, input.id, now)
}

/** From an announcement or a person: this account, so it is said. */
export async function toBeProven(
  tx: Tx,
  organisationId: OrganisationId,
  id: CloudAccountId,
  learned: { accountNumber?: string; templateVersion?: number },
  now: Date,
): Promise<void> {
  await tx.cloudAccount.update({
    where: { id },
    data: { ...learned, state: 'proving', reason: Prisma.DbNull },
  })
  await startProof(tx, organisationId, id, now)
  await announce(tx, organisationId, `cloud-account:${id}`)
}

export function ownAccount(number: string): UserErrorFields {
  return {
    code: 'connection-own-account',
    kind: 'conflict',
    what: `${number} is Slipway's own AWS account.`,
    why: 'What customers run is kept apart from what runs Slipway.',
    todo: 'Launch the connect stack in an AWS account of yours.',
  }
}

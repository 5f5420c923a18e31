import { asId, type Clock, UserError, type UserId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { verifyPassword } from 'better-auth/crypto'
import { accountDeletedMail } from './auth-mails.ts'
import { setRole } from './members.ts'
import { sendMail } from './send-mail.ts'

/**
 * Ends a person's account: every membership with its tokens, every session, the password, and with them the name
 * and address. The id stays, because the audit log and the seats of months past are told by it. Throws
 * `password-wrong`, and `account-last-owner` while an organisation would be left without an owner.
 */
export async function deleteAccount(
  db: Database,
  asked: { userId: UserId; password: string },
  clock: Clock,
): Promise<void> {
  const { userId } = asked
  await db.inSystem('delete an account', async (tx) => {
    await refuseWrongPassword(tx, asked)
    await refuseLastOwner(tx, userId)
    const memberships = await tx.member.findMany({ where: { userId, until: null } })
    for (const { organisationId } of memberships) {
      const change = { userId, role: undefined, by: userId }
      await setRole(tx, asId('organisation', organisationId), change, clock)
    }
    const { email } = await tx.user.findUniqueOrThrow({ where: { id: userId } })
    await tx.session.deleteMany({ where: { userId } })
    await tx.account.deleteMany({ where: { userId } })
    await tx.verification.deleteMany({ where: { value: userId } })
    await tx.user.update({
      where: { id: userId },
      data: {
        name: 'A former member',
        email: `${userId}@deleted.invalid`,
        emailVerified: false,
        image: null,
      },
    })
    await sendMail(tx, accountDeletedMail(email), clock)
  })
}

async function refuseWrongPassword(
  tx: Tx,
  { userId, password }: { userId: UserId; password: string },
): Promise<void> {
  const ways = await tx.account.findMany({ where: { userId, providerId: 'credential' } })
  const hash = ways[0]?.password
  if (hash && (await verifyPassword({ hash, password }))) return
  throw new UserError({
    code: 'password-wrong',
    kind: 'forbidden',
    what: 'The password is not right.',
    why: 'An account is deleted only by whoever knows its password; a session that was left open is not enough.',
    todo: 'Type it again, or set a new one by "Forgot the password?" on the page for signing in.',
  })
}

async function refuseLastOwner(tx: Tx, userId: UserId): Promise<void> {
  const owned = await tx.member.findMany({
    where: { userId, role: 'owner', until: null, organisation: { deletedAt: null } },
    include: { organisation: { include: { members: { where: { role: 'owner', until: null } } } } },
  })
  const alone = owned.filter(({ organisation }) => organisation.members.length === 1)
  if (alone.length === 0) return
  const names = alone.map(({ organisation }) => organisation.name)
  throw new UserError({
    code: 'account-last-owner',
    kind: 'conflict',
    what: `You are the only owner of ${names.join(', ')}.`,
    why: 'Without an owner nobody could pay for it, change its plan or end it.',
    todo: 'Make somebody else an owner on its page of people, then delete the account.',
  })
}

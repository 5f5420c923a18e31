import type { Clock, Log } from '@slipway/core'
import { isId } from '@slipway/core'
import { announce, type Database } from '@slipway/db'
import { cloudAccountState } from '../account.ts'
import type { CloudConfig } from '../cloud-config.ts'
import { type Announcement, mayAnswer, readAnnouncement } from '../decide/read-announcement.ts'
import { ownAccount, toBeProven } from './learn-account.ts'
import { startProof } from './prove-connection.ts'

type Context = { db: Database; config: CloudConfig; clock: Clock; log: Log }

/**
 * Takes one message of the announcement queue: answers it at once, since a stack waits, then notes which account
 * it speaks of, to be proven. Safe to repeat. Never throws for what a stranger sent; throws when the database is
 * away, so that the message stays in the queue.
 */
export async function takeAnnouncement(body: string, context: Context): Promise<void> {
  const announcement = readAnnouncement(body)
  if (!announcement) return context.log.warn('a message of the announcement queue is no announcement')
  await answer(announcement, context)
  if (announcement.type !== 'Delete') await note(announcement, context)
}

async function answer({ answer: { url, body } }: Announcement, { config, log }: Context): Promise<void> {
  if (!mayAnswer(url, config.announceResponseOrigins))
    return log.warn({ origin: new URL(url).origin }, 'an announcement wants its answer elsewhere')
  try {
    const response = await fetch(url, {
      method: 'PUT',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(5000),
    })
    if (!response.ok) log.warn({ status: response.status }, 'an announcement could not be answered')
  } catch (error) {
    // The stack then waits for its two minutes and says why; the connection is proven all the same.
    log.warn({ err: error }, 'an announcement could not be answered')
  }
}

async function note(announcement: Announcement, { db, config, clock, log }: Context): Promise<void> {
  const { connectionId: id, account, templateVersion } = announcement
  const found = await db.inSystem('find a connection by announcement', (tx) =>
    tx.cloudAccount.findUnique({ where: { id }, select: { organisationId: true } }),
  )
  if (!found || !isId('organisation', found.organisationId)) return
  if (announcement.contradiction)
    return log.warn(
      { cloudAccount: id, contradiction: announcement.contradiction },
      'an announcement was not believed',
    )
  const { organisationId } = found
  const now = clock.now()
  await db.inOrganisation(organisationId, async (tx) => {
    const row = await tx.cloudAccount.findUniqueOrThrow({ where: { id } })
    const state = cloudAccountState.parse(row.state)
    if (account === config.platformAccount) {
      if (state !== 'waiting') return
      await tx.cloudAccount.update({ where: { id }, data: { state: 'refused', reason: ownAccount(account) } })
      return announce(tx, organisationId, `cloud-account:${id}`)
    }
    switch (state) {
      case 'waiting':
      case 'proving':
      case 'refused':
        return toBeProven(tx, organisationId, id, { accountNumber: account, templateVersion }, now)
      case 'connected':
      case 'broken':
        // Of a connection that was proven, an announcement changes the template's version and nothing else.
        if (account !== row.accountNumber) return
        await tx.cloudAccount.update({ where: { id }, data: { templateVersion } })
        await startProof(tx, organisationId, id, now)
        return announce(tx, organisationId, `cloud-account:${id}`)
      case 'disconnected':
        return
    }
  })
}

import { randomBytes } from 'node:crypto'
import { type CloudAccountId, type OrganisationId, UserError, type UserErrorFields } from '@slipway/core'
import { announce, Prisma, type Tx } from '@slipway/db'
import { enqueue, type JobContext } from '@slipway/jobs'
import { audit } from '@slipway/organisations'
import { type CloudAccountState, cloudAccountState } from '../account.ts'
import type { Cloud } from '../cloud.ts'
import { judgeProof, type ProofJudgement } from '../decide/judge-proof.ts'
import type { Connection } from '../session.ts'
import { type Check, checkList } from './checks.ts'
import { checkQuotas, proveConnection } from './connect-jobs.ts'

/** For so long a refusal may mean that IAM has not spread the role yet. */
const patienceSeconds = 60
/** A connection is proven again after a minute, when a tampered role may have been put in place, and then daily. */
const againSeconds = 60
const dailySeconds = 86_400

/**
 * One proof of one connection: assumed with its external id, refused without and with another, and the account
 * is the one it came from. Ends in `connected`, or in `refused` (never connected) or `broken` (was), with why.
 * Safe to repeat.
 */
export async function proveOnce(
  cloud: Cloud,
  payload: { cloudAccountId: CloudAccountId; since: string | null },
  context: JobContext & { organisationId: OrganisationId },
): Promise<void> {
  const { db, clock, organisationId } = context
  const connection = await db.inOrganisation(organisationId, (tx) =>
    toProve(tx, organisationId, payload.cloudAccountId),
  )
  if (!connection) return
  const judgement = await prove(cloud, connection)
  const now = clock.now()
  const since = payload.since ?? now.toISOString()
  const waited = now.getTime() - Date.parse(since)
  if (judgement.verdict === 'not-admitted' && waited < patienceSeconds * 1000) {
    const dueAt = new Date(now.getTime() + Math.max(1000, Math.min(waited, 5000)))
    await db.inOrganisation(organisationId, (tx) =>
      enqueue(
        tx,
        proveConnection,
        { ...payload, since },
        { organisationId, dueAt, key: keyAt(connection.id, dueAt) },
      ),
    )
    return
  }
  if (judgement.verdict !== 'proven') return settle(context, connection, judgement.error)
  const taken = await db.inSystem('check that an AWS account is free', (tx) =>
    tx.cloudAccount.findFirst({
      where: {
        accountNumber: connection.number,
        state: { in: ['connected', 'broken'] },
        NOT: { id: connection.id },
      },
      select: { organisationId: true, name: true },
    }),
  )
  if (taken) return settle(context, connection, accountTaken(connection, taken))
  cloud.sessions.forget(connection.id)
  await settle(context, connection, undefined)
}

async function prove(cloud: Cloud, connection: Connection): Promise<ProofJudgement> {
  const withId = await cloud.sessions.attempt(connection, connection.externalId)
  if (!withId.assumed)
    return judgeProof({
      accountNumber: connection.number,
      withId,
      withoutId: undefined,
      withWrongId: undefined,
    })
  const [account, withoutId, withWrongId] = await Promise.all([
    cloud.sessions.accountOf(withId.credentials),
    cloud.sessions.attempt(connection, undefined),
    cloud.sessions.attempt(connection, randomBytes(32).toString('base64url')),
  ])
  return judgeProof({
    accountNumber: connection.number,
    withId: { assumed: true, account },
    withoutId,
    withWrongId,
  })
}

async function toProve(
  tx: Tx,
  organisationId: OrganisationId,
  id: CloudAccountId,
): Promise<Connection | undefined> {
  const row = await tx.cloudAccount.findUnique({ where: { id } })
  if (!row?.accountNumber || row.state === 'disconnected' || row.state === 'waiting') return undefined
  return { id, organisationId, number: row.accountNumber, externalId: row.externalId }
}

/** Writes what came of it, tells whoever looks, and sets the next proof. */
async function settle(
  context: JobContext & { organisationId: OrganisationId },
  connection: Connection,
  error: UserErrorFields | undefined,
): Promise<void> {
  const { db, clock, organisationId, log } = context
  const now = clock.now()
  await db.inOrganisation(organisationId, async (tx) => {
    const row = await tx.cloudAccount.findUniqueOrThrow({ where: { id: connection.id } })
    const before = cloudAccountState.parse(row.state)
    // Announced or typed anew, or given up, while this proof ran.
    if (row.accountNumber !== connection.number || before === 'disconnected') return
    const wasConnected = row.connectedAt !== null
    const after: CloudAccountState = !error ? 'connected' : wasConnected ? 'broken' : 'refused'
    await tx.cloudAccount.update({
      where: { id: connection.id },
      data: {
        state: after,
        reason: error ?? Prisma.DbNull,
        checkedAt: now,
        checks: [
          ...proofChecks(now, error),
          ...checkList.parse(row.checks).filter(({ name }) => name.startsWith('quota-')),
        ],
        ...(after === 'connected' && { connectedAt: row.connectedAt ?? now, brokenSince: null }),
        ...(after === 'broken' && { brokenSince: row.brokenSince ?? now }),
      },
    })
    if (before !== after) {
      log.info({ cloudAccount: connection.id, before, after, code: error?.code }, 'a connection changed')
      await audit(tx, organisationId, {
        actor: 'slipway',
        action: `cloud-account.${after}`,
        subject: connection.id,
        at: now,
        detail: { account: connection.number, ...(error && { code: error.code }) },
      })
    }
    if (after === 'connected' && !wasConnected)
      await enqueue(
        tx,
        checkQuotas,
        { cloudAccountId: connection.id },
        { organisationId, key: connection.id },
      )
    if (after !== 'refused') {
      const next = new Date(
        now.getTime() + 1000 * (after === 'connected' && !wasConnected ? againSeconds : dailySeconds),
      )
      await enqueue(
        tx,
        proveConnection,
        { cloudAccountId: connection.id, since: next.toISOString() },
        { organisationId, dueAt: next, key: keyAt(connection.id, next) },
      )
    }
    await announce(tx, organisationId, `cloud-account:${connection.id}`)
  })
}

/** Begins a proof now; in the transaction that learned of the account. One proof of a moment, whoever asks. */
export async function startProof(
  tx: Tx,
  organisationId: OrganisationId,
  id: CloudAccountId,
  now: Date,
): Promise<void> {
  await enqueue(
    tx,
    proveConnection,
    { cloudAccountId: id, since: now.toISOString() },
    { organisationId, key: keyAt(id, now) },
  )
}

// The running job holds its own key until it ends, so the next one has its time in it.
const keyAt = (id: CloudAccountId, at: Date) => `${id} ${at.toISOString()}`

function proofChecks(at: Date, error: UserErrorFields | undefined): Check[] {
  const check = (name: string, failing: string[]): Check => ({
    name,
    at: at.toISOString(),
    outcome: !error ? 'passed' : failing.includes(error.code) ? 'failed' : 'unknown',
  })
  return [
    check('admits-slipway', ['connection-not-admitted', 'connection-other-account']),
    check('refuses-strangers', ['connection-admits-strangers']),
    check('account-is-free', ['connection-account-taken']),
  ]
}

function accountTaken(connection: Connection, by: { organisationId: string; name: string }): UserErrorFields {
  const own = by.organisationId === connection.organisationId
  return new UserError({
    code: 'connection-account-taken',
    kind: 'conflict',
    what: own
      ? `AWS account ${connection.number} is connected already, as "${by.name}".`
      : `AWS account ${connection.number} is connected to another organisation.`,
    why: 'An AWS account belongs to one organisation at a time, so that one cannot change what the other runs.',
    todo: own
      ? 'Use that one. You can delete the connect stack that you just made.'
      : 'Have it disconnected there first, then press "Check again" here.',
  }).fields
}

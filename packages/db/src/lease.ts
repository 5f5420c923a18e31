import type { OrganisationId } from '@slipway/core'
import type { Tx } from './database.ts'

/** A holder's right, until `expiresAt` of the database's clock. Commands carry the fence; a smaller one is refused. */
export type HeldLease = { name: string; holder: string; fence: bigint; expiresAt: Date }

/**
 * Takes the lease for `seconds`, when it is free, has expired, or is the holder's already (then it is renewed
 * with the same fence). A new holder gets a fence greater than all before. Undefined when another holds it.
 */
export async function takeLease(
  tx: Tx,
  organisationId: OrganisationId,
  name: string,
  holder: string,
  seconds: number,
): Promise<HeldLease | undefined> {
  const rows = await tx.$queryRaw<HeldLease[]>`
    insert into lease as held (organisation_id, name, holder, fence, expires_at)
    values (${organisationId}, ${name}, ${holder}, 1, clock_timestamp() + make_interval(secs => ${seconds}))
    on conflict (organisation_id, name) do update set
      fence = case when held.holder = excluded.holder then held.fence else held.fence + 1 end,
      holder = excluded.holder,
      expires_at = excluded.expires_at
    where held.holder = excluded.holder or held.expires_at <= clock_timestamp()
    returning name, holder, fence, expires_at as "expiresAt"`
  return rows[0]
}

/**
 * Gives it to another holder for `seconds`, with a greater fence and with nobody in between. Undefined where `from` does
 * not hold it.
 */
export async function handOverLease(
  tx: Tx,
  organisationId: OrganisationId,
  name: string,
  { from, to }: { from: string; to: string },
  seconds: number,
): Promise<HeldLease | undefined> {
  const rows = await tx.$queryRaw<HeldLease[]>`
    update lease set
      holder = ${to}, fence = fence + 1, expires_at = clock_timestamp() + make_interval(secs => ${seconds})
    where organisation_id = ${organisationId} and name = ${name} and holder = ${from}
    returning name, holder, fence, expires_at as "expiresAt"`
  return rows[0]
}

/** Gives it back, so that the next need not wait for its end. Another holder's lease stays. Twice is safe. */
export async function releaseLease(
  tx: Tx,
  organisationId: OrganisationId,
  name: string,
  holder: string,
): Promise<void> {
  await tx.$executeRaw`
    update lease set expires_at = clock_timestamp(), holder = ''
    where organisation_id = ${organisationId} and name = ${name} and holder = ${holder}`
}

/** Who holds it now, if anyone. */
export async function leaseHolder(
  tx: Tx,
  organisationId: OrganisationId,
  name: string,
): Promise<HeldLease | undefined> {
  const rows = await tx.$queryRaw<HeldLease[]>`
    select name, holder, fence, expires_at as "expiresAt" from lease
    where organisation_id = ${organisationId} and name = ${name} and expires_at > clock_timestamp()`
  return rows[0]
}

import type { Clock, UserId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { type Auth, holderOfToken, type Role, type TokenScope } from '@slipway/organisations'

/** Who asks: somebody with a session in a browser, or a program with somebody's token for one organisation. */
export type Caller = {
  userId: UserId
  /** What they are in each organisation that they may enter, by its id, as the request came. */
  roles: ReadonlyMap<string, Role>
} & ({ kind: 'person'; name: string; email: string } | { kind: 'token'; tokenId: string; scope: TokenScope })

/** How the audit log names the caller. */
export function actorOf(caller: Caller): string {
  return caller.kind === 'person' ? caller.userId : `token:${caller.tokenId}`
}

/**
 * The caller whom the headers prove, or undefined. With an Authorization header the cookie does not count, so that a
 * wrong token is never answered as its owner's session.
 */
export async function callerOf(
  headers: Headers,
  { auth, db, clock }: { auth: Auth; db: Database; clock: Clock },
): Promise<Caller | undefined> {
  const authorization = headers.get('authorization')
  if (authorization === null) {
    const person = await auth.personOf(headers)
    if (person === undefined) return undefined
    const { userId, name, email, roles } = person
    return { kind: 'person', userId, name, email, roles }
  }
  const token = /^Bearer (\S+)$/.exec(authorization)?.[1]
  if (token === undefined) return undefined
  const holder = await holderOfToken(db, token, 'api', clock)
  if (holder === undefined) return undefined
  const { userId, tokenId, organisationId, role } = holder
  return { kind: 'token', userId, tokenId, scope: 'api', roles: new Map([[organisationId, role]]) }
}

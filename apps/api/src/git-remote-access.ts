import { type AppId, asId, type Clock, type OrganisationId, realClock } from '@slipway/core'
import type { Database } from '@slipway/db'
import { holderOfToken, isToken, may } from '@slipway/organisations'
import { isCloneToken, openWithCloneToken } from '@slipway/sources'

export type GitRequest = {
  organisation: string
  app: string
  service: 'git-upload-pack' | 'git-receive-pack'
  /** Whether it is the first of a fetch or push, which asks for the refs. */
  begins: boolean
}

export type GitRepository = {
  organisationId: OrganisationId
  appId: AppId
  branch: string
  isDeleting: boolean
}

export type GitAccess =
  | { kind: 'granted'; repository: GitRepository; by: string }
  | { kind: 'refused'; status: 401 | 403 | 404; words: string }

/**
 * Reads what a git client asks for from its address. Undefined when it is no address of git's smart protocol.
 * https://git-scm.com/docs/http-protocol
 */
export function readGitRequest(method: string, url: URL): GitRequest | undefined {
  const match =
    /^\/git\/([a-z0-9-]{1,64})\/([a-z0-9-]{1,64}?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(
      url.pathname,
    )
  if (match === null) return undefined
  const [, organisation = '', app = '', rest = ''] = match
  const begins = rest === 'info/refs'
  if (method !== (begins ? 'GET' : 'POST')) return undefined
  const service = begins ? url.searchParams.get('service') : rest
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') return undefined
  return { organisation, app, service, begins }
}

/**
 * Who may do this. Without a good token nothing is said about what exists; with one, what is another
 * organisation's is not found, like what does not exist.
 */
export async function gitAccess(
  parts: { db: Database; clock: Clock; publicUrl: string },
  asked: GitRequest,
  authorization: string | null,
): Promise<GitAccess> {
  const token = tokenIn(authorization)
  if (token === undefined)
    return unauthenticated('Git needs a token here: any user name, the token as password.', parts, asked)
  const holder = isToken(token) ? await holderOfToken(parts.db, token, 'git', parts.clock) : undefined
  const isClone = holder === undefined && isCloneToken(token)
  if (holder === undefined && !isClone) {
    return unauthenticated(
      'This token is unknown, has expired, was revoked, or is not for git.',
      parts,
      asked,
    )
  }
  const repository = await findRepository(parts.db, asked)
  if (holder !== undefined) {
    if (repository?.organisationId !== holder.organisationId) return notFound(asked)
    if (asked.service === 'git-upload-pack' && !may(holder.role, 'git.read')) return notFound(asked)
    if (asked.service === 'git-receive-pack') {
      if (!may(holder.role, 'git.push'))
        return forbidden('Viewers may fetch, not push. Ask an admin for another role.')
      if (repository.isDeleting) return forbidden(`${asked.app} is being deleted and takes no pushes.`)
    }
    return { kind: 'granted', repository, by: holder.userId }
  }
  const opens =
    repository !== undefined &&
    asked.service === 'git-upload-pack' &&
    // Runners run on the machines' own time, whatever the product's clock says.
    (await parts.db.inOrganisation(repository.organisationId, (tx) =>
      openWithCloneToken(
        tx,
        { organisationId: repository.organisationId, appId: repository.appId },
        token,
        asked.begins,
        realClock.now(),
      ),
    ))
  if (!opens) return unauthenticated('This clone token was used or has expired.', parts, asked)
  return { kind: 'granted', repository, by: 'slipway' }
}

/** The password of basic authentication, or its user name where the password is left empty. */
function tokenIn(authorization: string | null): string | undefined {
  const match = /^basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')
  if (match?.[1] === undefined) return undefined
  const text = Buffer.from(match[1], 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  return text.slice(colon + 1) || text.slice(0, colon) || undefined
}

async function findRepository(db: Database, asked: GitRequest): Promise<GitRepository | undefined> {
  return db.inSystem('find a repository', async (tx) => {
    const organisation = await tx.organisation.findFirst({
      where: { slug: asked.organisation, deletedAt: null },
    })
    if (organisation === null) return undefined
    const app = await tx.app.findFirst({
      where: { organisationId: organisation.id, name: asked.app, deletedAt: null },
    })
    if (app === null) return undefined
    return {
      organisationId: asId('organisation', organisation.id),
      appId: asId('app', app.id),
      branch: app.branch,
      isDeleting: app.deletingSince !== null,
    }
  })
}

function unauthenticated(what: string, parts: { publicUrl: string }, asked: GitRequest): GitAccess {
  return {
    kind: 'refused',
    status: 401,
    words: `${what}\nMake one at ${parts.publicUrl}/o/${asked.organisation}/tokens`,
  }
}

function notFound(asked: GitRequest): GitAccess {
  return {
    kind: 'refused',
    status: 404,
    words: `There is no app ${asked.app} in ${asked.organisation}, or you may not see it.`,
  }
}

function forbidden(text: string): GitAccess {
  return { kind: 'refused', status: 403, words: text }
}

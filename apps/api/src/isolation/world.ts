import { asId, newId, type OrganisationId, realClock, type UserId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { sayInLog } from '@slipway/hosts'
import { createToken, setRole } from '@slipway/organisations'
import { z } from 'zod'
import { type Browser, call, signUp, type TestApi } from '../testing.ts'
import { pushTo } from './pushed-app.ts'

type Somebody = { browser: Browser; userId: UserId; email: string }

/** Two organisations that know nothing of each other, and everybody who might try to look into the first. */
export type World = {
  api: TestApi
  db: Database
  organisationId: OrganisationId
  owner: Somebody
  member: Somebody
  viewer: Somebody
  removed: Somebody
  foreign: Somebody
  foreignOrganisationId: OrganisationId
  foreignToken: string
  /** A token of the owner whose day has passed. */
  expiredToken: string
  /** Things of the first organisation, under names that occur nowhere else. */
  app: string
  environment: string
  cloudAccountId: string
  /** Number of one that waits for Deploy. */
  execution: number
  tokenId: string
  /** A log stream with a line in it. */
  stream: string
  /** Words that nobody outside the first organisation may ever be shown. */
  secrets: string[]
}

export async function makeWorld(api: TestApi): Promise<World> {
  const { db } = api
  const [owner, member, viewer, removed, foreign] = await Promise.all(
    ['Olga', 'Max', 'Vera', 'Rob', 'Eve'].map((name) => signUp(api, name)),
  )
  if (!owner || !member || !viewer || !removed || !foreign) throw new Error('somebody did not sign up')
  const organisationId = await organisationOf(owner, 'Zanzibar Works')
  const foreignOrganisationId = await organisationOf(foreign, 'Eve and Company')
  const role = (who: Somebody, is: 'member' | 'viewer' | undefined) =>
    db.inOrganisation(organisationId, (tx) =>
      setRole(tx, organisationId, { userId: who.userId, role: is, by: owner.userId }, realClock),
    )
  await role(member, 'member')
  await role(viewer, 'viewer')
  await role(removed, 'member')
  await role(removed, undefined)

  const token = { name: 'zanzibar laptop', scopes: ['api' as const], days: 1 }
  const made = await createToken(db, organisationId, { ...token, userId: owner.userId }, realClock)
  const expired = await createToken(db, organisationId, { ...token, userId: owner.userId }, longAgo)
  const theirs = await createToken(
    db,
    foreignOrganisationId,
    { ...token, name: 'own', userId: foreign.userId },
    realClock,
  )

  const cloudAccountId = await addCloudAccount(db, organisationId, 'connected')
  const app = 'zanzibar-shop'
  await call(owner.browser, 'mutation', 'apps.create', {
    organisationId,
    name: app,
    cloudAccountId,
    region: 'eu-west-1',
    autoDeploy: false,
  })
  const { execution } = await pushTo(db, organisationId, app, owner.userId)

  const stream = `build:${newId('execution')}`
  const at = realClock.now()
  const line = { organisationId, stream, key: 'test', at, lines: ['zanzibar is built'] }
  await db.inOrganisation(organisationId, (tx) => sayInLog(tx, line, realClock))

  return {
    api,
    db,
    organisationId,
    owner,
    member,
    viewer,
    removed,
    foreign,
    foreignOrganisationId,
    foreignToken: theirs.token,
    expiredToken: expired.token,
    app,
    environment: 'production',
    cloudAccountId,
    execution,
    tokenId: made.id,
    stream,
    secrets: [
      'zanzibar is built',
      'zanzibar door',
      'Zanzibar Zoe',
      'Zanzibar Zed',
      'zanzibar-guest',
      owner.email,
      member.email,
      viewer.email,
      'Zanzibar Works',
      'zanzibar-works',
      'zanzibar laptop',
      made.id,
    ],
  }
}

const longAgo = { now: () => new Date('2020-01-01T00:00:00Z') }

async function organisationOf(somebody: Somebody, name: string): Promise<OrganisationId> {
  const { data } = await call(somebody.browser, 'mutation', 'organisations.create', { name })
  return asId('organisation', z.object({ id: z.string() }).parse(data).id)
}

function someNumber(): string {
  return String(Math.floor(1e11 + Math.random() * 8e11))
}

/** An account as it is in the rows; nothing here goes to AWS. */
export async function addCloudAccount(
  db: Database,
  organisationId: OrganisationId,
  state: 'connected' | 'waiting',
): Promise<string> {
  const id = newId('cloudAccount')
  const now = new Date()
  await db.inOrganisation(organisationId, (tx) =>
    tx.cloudAccount.create({
      data: {
        id,
        organisationId,
        name: 'main',
        region: 'eu-west-1',
        externalId: id.repeat(2).slice(0, 43),
        createdAt: now,
        state,
        ...(state === 'connected' ? { accountNumber: someNumber(), connectedAt: now } : {}),
      },
    }),
  )
  return id
}

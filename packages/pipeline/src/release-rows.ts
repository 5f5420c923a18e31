import {
  type AppId,
  asId,
  type Clock,
  type EnvironmentId,
  newId,
  type OrganisationId,
  type ReleaseId,
  type RevisionId,
} from '@slipway/core'
import type { Prisma, Tx } from '@slipway/db'
import { type Configuration, configurationOf } from '@slipway/environments'
import { type AppPlan, appPlanSchema } from '@slipway/manifest'
import { architecture, archiveOf, releaseKey } from '@slipway/protocol'
import { z } from 'zod'

const variablesSchema = z.object({
  plain: z.record(z.string(), z.string()),
  secrets: z.array(z.object({ name: z.string(), parameter: z.string(), version: z.number().int() })),
})

/** A release, as much of it as is needed to deploy it. */
export type Release = {
  id: ReleaseId
  environmentId: EnvironmentId
  number: number
  revisionId: RevisionId
  key: string
  digest: string
  sizeBytes: number
  architecture: 'x64' | 'arm64'
  plan: AppPlan
  configVersion: number
  variables: z.infer<typeof variablesSchema>
}

/** What a build left in the customer's bucket. */
export type Build = Pick<Release, 'key' | 'digest' | 'sizeBytes' | 'architecture' | 'plan'>

export type ReleaseOf = {
  organisationId: OrganisationId
  appId: AppId
  environmentId: EnvironmentId
  revisionId: RevisionId
}

/**
 * Records a build with the configuration of now as the next release of the environment. A release is never
 * changed. The caller holds the lock of the pipeline, which makes its number the next. Twice, by the same id,
 * is once.
 */
export async function recordRelease(
  tx: Tx,
  of: ReleaseOf,
  build: Build,
  clock: Clock,
  id: ReleaseId = newId('release', clock.now()),
): Promise<Release> {
  const known = await tx.release.findUnique({ where: { id } })
  if (known !== null) return releaseOf(known)
  const last = await tx.release.findFirst({
    where: { environmentId: of.environmentId },
    orderBy: { number: 'desc' },
    select: { number: true },
  })
  const configuration = await configurationOf(tx, of.environmentId)
  const row = await tx.release.create({
    data: {
      ...of,
      id,
      number: (last?.number ?? 0) + 1,
      key: build.key,
      digest: build.digest,
      sizeBytes: BigInt(build.sizeBytes),
      architecture: build.architecture,
      plan: jsonOf(build.plan),
      configVersion: configuration.version,
      variables: variablesFor(build.plan, configuration),
      createdAt: clock.now(),
    },
  })
  return releaseOf(row)
}

/**
 * The same build with the configuration of now, as a release of this environment: itself where it is one and nothing
 * has changed, else one that is there already, else the next. A build that was made for another environment gets a
 * place of its own in this one's bucket.
 */
export async function withConfigurationOfNow(
  tx: Tx,
  of: ReleaseOf,
  release: Release,
  clock: Clock,
): Promise<Release> {
  const { environmentId } = of
  const configuration = await configurationOf(tx, environmentId)
  const isOwn = release.environmentId === environmentId
  if (isOwn && configuration.version === release.configVersion) return release
  const known = await tx.release.findFirst({
    where: {
      environmentId,
      // The same bytes may come of two commits; a release is of one.
      revisionId: release.revisionId,
      digest: release.digest,
      configVersion: configuration.version,
    },
    orderBy: { number: 'desc' },
  })
  if (known !== null && !isOwn) return releaseOf(known)
  const key = isOwn ? release.key : releaseKey(environmentId, release.id, archiveOf(release.key))
  return recordRelease(tx, { ...of, revisionId: release.revisionId }, { ...release, key }, clock)
}

/**
 * Where the newest build of these very bytes was put by its runner: under the name of its own release, while a copy
 * lies under the name of another's. Undefined where its release is none of the app's.
 */
export async function originOf(
  tx: Tx,
  appId: AppId,
  { digest }: Pick<Release, 'digest'>,
): Promise<{ environmentId: EnvironmentId; key: string } | undefined> {
  const rows = await tx.release.findMany({
    where: { appId, digest },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    select: { id: true, environmentId: true, key: true },
  })
  const row = rows.find(({ id, environmentId, key }) => key === releaseKey(environmentId, id, archiveOf(key)))
  return row && { environmentId: asId('environment', row.environmentId), key: row.key }
}

export async function getRelease(tx: Tx, id: ReleaseId): Promise<Release> {
  return releaseOf(await tx.release.findUniqueOrThrow({ where: { id } }))
}

/** Whose release is what a change of the configuration deploys: the live one, else the newest build. */
export async function releaseToReconfigure(
  tx: Tx,
  environmentId: EnvironmentId,
): Promise<{ release: Release; isLive: boolean } | undefined> {
  const { liveReleaseId } = await tx.environment.findUniqueOrThrow({ where: { id: environmentId } })
  if (liveReleaseId !== null)
    return { release: await getRelease(tx, asId('release', liveReleaseId)), isLive: true }
  const row = await tx.release.findFirst({ where: { environmentId }, orderBy: { number: 'desc' } })
  return row === null ? undefined : { release: releaseOf(row), isLive: false }
}

/** What was set for the environment goes before what the manifest says; a secret goes before both. */
export function variablesFor(plan: AppPlan, configuration: Configuration): Release['variables'] {
  const secret = new Set(configuration.secrets.map(({ name }) => name))
  const plain = Object.entries({ ...plan.variables, ...configuration.plain }).filter(
    ([name]) => !secret.has(name),
  )
  return { plain: Object.fromEntries(plain), secrets: configuration.secrets }
}

type ReleaseRow = Prisma.ReleaseGetPayload<object>

function releaseOf(row: ReleaseRow): Release {
  return {
    id: asId('release', row.id),
    environmentId: asId('environment', row.environmentId),
    number: row.number,
    revisionId: asId('revision', row.revisionId),
    key: row.key,
    digest: row.digest,
    sizeBytes: Number(row.sizeBytes),
    architecture: architecture.parse(row.architecture),
    plan: appPlanSchema.parse(row.plan),
    configVersion: row.configVersion,
    variables: variablesSchema.parse(row.variables),
  }
}

/** Plain JSON, without the fields that are undefined. */
export function jsonOf(value: unknown): Prisma.InputJsonObject {
  return JSON.parse(JSON.stringify(value))
}

import {
  type AppId,
  asId,
  type CloudAccountId,
  type EnvironmentId,
  notFound,
  type OrganisationId,
} from '@slipway/core'
import type { Tx } from '@slipway/db'
import { type ComputeKind, computeKinds } from '@slipway/manifest'
import { z } from 'zod'

export type App = {
  id: AppId
  organisationId: OrganisationId
  name: string
  cloudAccountId: CloudAccountId
  region: string
  branch: string
  autoDeploy: boolean
  createdAt: Date
  /** Set while its stack is being deleted. */
  deletingSince: Date | null
}

/** The app of that name. Throws not-found also for one that was deleted; one that is being deleted is found. */
export async function findApp(tx: Tx, organisationId: OrganisationId, name: string): Promise<App> {
  const row = await tx.app.findFirst({ where: { organisationId, name, deletedAt: null } })
  if (row === null) throw notFound('app')
  return appOf(row)
}

/** The app of that id, deleted ones too. Throws not-found. */
export async function getAppById(tx: Tx, id: AppId): Promise<App> {
  const row = await tx.app.findUnique({ where: { id } })
  if (row === null) throw notFound('app')
  return appOf(row)
}

export type Environment = {
  id: EnvironmentId
  organisationId: OrganisationId
  appId: AppId
  name: string
  /** The stage of the pipeline that deploys here. */
  stage: string
  cloudAccountId: CloudAccountId
  region: string
  gatePort: number
  /** What it runs on; null before its first deployment. */
  compute: ComputeKind | null
  instanceType: string | null
  architecture: string | null
  configVersion: number
  liveReleaseId: string | null
}

/** An app's environment by name, with its app. Throws not-found. */
export async function findEnvironment(
  tx: Tx,
  organisationId: OrganisationId,
  appName: string,
  name: string,
): Promise<{ app: App; environment: Environment }> {
  const app = await findApp(tx, organisationId, appName)
  const row = await tx.environment.findFirst({
    where: { organisationId, appId: app.id, name, deletedAt: null },
  })
  if (row === null) throw notFound('environment')
  return { app, environment: environmentOf(row) }
}

/** The environment of that id, deleted ones too. Throws not-found. */
export async function getEnvironmentById(tx: Tx, id: EnvironmentId): Promise<Environment> {
  const row = await tx.environment.findUnique({ where: { id } })
  if (row === null) throw notFound('environment')
  return environmentOf(row)
}

/** The environments of an app that are not deleted, oldest first. */
export async function environmentsOf(tx: Tx, appId: AppId): Promise<Environment[]> {
  const rows = await tx.environment.findMany({
    where: { appId, deletedAt: null },
    orderBy: { createdAt: 'asc' },
  })
  return rows.map(environmentOf)
}

type AppRow = NonNullable<Awaited<ReturnType<Tx['app']['findUnique']>>>
type EnvironmentRow = NonNullable<Awaited<ReturnType<Tx['environment']['findUnique']>>>

function appOf(row: AppRow): App {
  return {
    id: asId('app', row.id),
    organisationId: asId('organisation', row.organisationId),
    name: row.name,
    cloudAccountId: asId('cloudAccount', row.cloudAccountId),
    region: row.region,
    branch: row.branch,
    autoDeploy: row.autoDeploy,
    createdAt: row.createdAt,
    deletingSince: row.deletingSince,
  }
}

function environmentOf(row: EnvironmentRow): Environment {
  return {
    id: asId('environment', row.id),
    organisationId: asId('organisation', row.organisationId),
    appId: asId('app', row.appId),
    name: row.name,
    stage: row.stage,
    cloudAccountId: asId('cloudAccount', row.cloudAccountId),
    region: row.region,
    gatePort: row.gatePort,
    compute: z.enum(computeKinds).nullable().parse(row.compute),
    instanceType: row.instanceType,
    architecture: row.architecture,
    configVersion: row.configVersion,
    liveReleaseId: row.liveReleaseId,
  }
}

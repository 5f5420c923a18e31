import type { Cloud } from '@slipway/cloud'
import { asId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { type AppsUrl, type GatePorts, getAppById, type Sealing } from '@slipway/environments'
import type { JobContext } from '@slipway/jobs'
import { type Egress, openEgress } from '../egress/egress.ts'
import type { GateContext } from './gate.ts'

/** What gates and monitors reach outside of Slipway, as the worker was told. */
export type GateSettings = {
  cloud: Cloud
  gitUrl(organisationSlug: string, app: string): string
  /** Where services answer, for commands that ask them; these are not told it without. */
  appsUrl?: AppsUrl
  /** Origins that may be asked though they lie in an inner network; none without it. See egress.ts. */
  innerOrigins?: readonly string[]
  /** Where the page of an execution is. */
  executionUrl(organisationSlug: string, app: string, number: number): string
  /** Where the answer to a hook is awaited, at an address that ends with its token. */
  hookAnswerUrl(token: string): string
  sealing: Sealing
  /** Ports that the gates of new environments may listen on. */
  gatePorts: GatePorts
}
export type Outside = GateSettings & { egress: Egress }

export function openOutside(settings: GateSettings): Outside {
  return { ...settings, egress: openEgress(settings.innerOrigins ?? []) }
}

type AskedOf = Pick<
  GateContext,
  'organisationId' | 'executionId' | 'path' | 'attempt' | 'wake' | 'stage' | 'environments' | 'since'
>

/** All that a gate may look at but its memory, with what the rows of its execution say. */
export async function gateFacts(
  tx: Tx,
  of: AskedOf,
  { db, clock, log }: Pick<JobContext, 'db' | 'clock' | 'log'>,
  { cloud, gitUrl, appsUrl, egress, executionUrl, hookAnswerUrl, sealing, gatePorts }: Outside,
): Promise<Omit<GateContext, 'memory' | 'say'>> {
  const row = await tx.execution.findUniqueOrThrow({
    where: { id: of.executionId },
    include: { revision: { select: { sha: true } } },
  })
  const app = await getAppById(tx, asId('app', row.appId))
  const organisation = await tx.organisation.findUniqueOrThrow({ where: { id: of.organisationId } })
  const [first] = of.environments
  return {
    ...of,
    db,
    cloud,
    egress,
    clock,
    log,
    cloudAccountId: first?.cloudAccountId ?? app.cloudAccountId,
    region: first?.region ?? app.region,
    app,
    gitUrl: gitUrl(organisation.slug, app.name),
    appsUrl,
    executionUrl,
    hookAnswerUrl,
    sealing,
    gatePorts,
    revision: { id: asId('revision', row.revisionId), sha: row.revision.sha },
  }
}

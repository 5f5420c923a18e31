import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { type HostCommandId, isId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { readCommand, sendCommand } from '@slipway/hosts'
import { deploymentStream, type SiteSpecInput } from '@slipway/protocol'
import { bucketOf } from '../../copy-object.ts'
import { siteListKey, sitePrefix } from '../../names.ts'
import { readRunner, runnerStep } from '../../runner/runner-steps.ts'
import type { DeployContext, StepResult } from '../target.ts'
import type { StaticConfig } from './static-config.ts'

/** Fetching, unpacking and putting of the largest site, with its turn on the runner. */
export const filesSeconds = 1800
/** Heard at once when the runner answers; looked at all the same, should that be lost. */
const lookAgainMilliseconds = 15_000

/** A runner is needed only where the files of this build do not lie there yet: not for a way back. */
export async function reachRunner(context: DeployContext<StaticConfig>): Promise<StepResult> {
  return (await isLaidOut(context)) ? { state: 'done' } : runnerStep.run(context)
}

/**
 * Has the runner lay the build out as files, once for each build. The command is sent once: a run that ended before its
 * id was remembered finds it by the deployment.
 */
export async function layOutFiles(context: DeployContext<StaticConfig>): Promise<StepResult> {
  const { db, organisationId, clock, memory } = context
  const until = new Date(clock.now().getTime() + lookAgainMilliseconds)
  const { commandId } = memory
  if (commandId === undefined || !isId('hostCommand', commandId)) {
    if (await isLaidOut(context)) return { state: 'done' }
    const sent = await sendSite(context)
    return {
      state: 'wait',
      until,
      on: 'the runner to lay out the files',
      memory: { ...memory, commandId: sent },
    }
  }
  const command = await db.inOrganisation(organisationId, (tx) => readCommand(tx, commandId))
  if (!command?.outcome) return { state: 'wait', until, on: 'the runner to lay out the files', memory }
  return command.outcome.ok ? { state: 'done', memory } : { state: 'failed', error: command.outcome.error }
}

async function isLaidOut(context: DeployContext<StaticConfig>): Promise<boolean> {
  const { environmentId, release } = context.config
  const { s3, bucket } = await bucketOf(context)
  try {
    await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: siteListKey(environmentId, release.digest) }))
    return true
  } catch (error) {
    if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey')) return false
    throw error
  }
}

async function sendSite(context: DeployContext<StaticConfig>): Promise<HostCommandId> {
  const { db, organisationId, clock, config, deploymentId, wake } = context
  const { environmentId, release, services } = config
  const { bucket } = await bucketOf(context)
  const hostId = await readRunner(context)
  if (hostId === undefined) throw new Error('the runner is not there, though its step is done')
  const spec: SiteSpecInput = {
    deploymentId,
    stream: deploymentStream(deploymentId),
    bucket,
    prefix: sitePrefix(environmentId, release.digest),
    listKey: siteListKey(environmentId, release.digest),
    release: { key: release.key, digest: release.digest, sizeBytes: release.sizeBytes },
    services: services.map(({ name, folder }) => ({ name, folder })),
  }
  const deadline = new Date(clock.now().getTime() + filesSeconds * 1000)
  const command = { kind: 'site' as const, spec }
  return db.inOrganisation(organisationId, async (tx) => {
    const already = await sentBefore(tx, deploymentId)
    if (already) return already
    // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
    return sendCommand(tx, { organisationId, hostId, fence: 0n, deadline, command, then: wake }, clock)
  })
}

async function sentBefore(tx: Tx, deploymentId: string): Promise<HostCommandId | undefined> {
  const row = await tx.hostCommand.findFirst({
    where: { kind: 'site', subject: deploymentId },
    select: { id: true },
  })
  return row && isId('hostCommand', row.id) ? row.id : undefined
}

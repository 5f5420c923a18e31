import { asId, type Clock, type OrganisationId } from '@slipway/core'
import type { Prisma, Tx } from '@slipway/db'
import { endCommand, sendCommand } from '@slipway/hosts'
import { enqueue, type Handler, handle } from '@slipway/jobs'
import { deploymentIdOf, releaseIdOf, stepIdOf } from '../deployment-id.ts'
import type { Wake } from '../look.ts'
import { tenantOf } from '../tenant-of.ts'
import { buildJob, checkJob, deployJob, stopBuildJob, stopCheckJob, stopDeployJob } from './jobs.ts'

/** Once told to stop, a host has this long to say that it did. */
const stopSeconds = 120

/** The build's execution has ended already; this only frees its runner. */
export function stopBuildHandler(): Handler {
  return handle(stopBuildJob, async ({ executionId, attempt }, context) => {
    const organisationId = tenantOf(context)
    await context.db.inOrganisation(organisationId, async (tx) => {
      const releaseId = releaseIdOf(executionId, attempt)
      const wake = { name: buildJob.name, payload: { executionId, attempt } }
      await stopCommand(tx, organisationId, { kind: 'build', subject: releaseId }, wake, context.clock)
    })
  })
}

/** A step's command is no longer wanted; this frees its runner. A gate has none, and nothing happens. */
export function stopCheckHandler(): Handler {
  return handle(stopCheckJob, async ({ executionId, path, attempt }, context) => {
    const organisationId = tenantOf(context)
    await context.db.inOrganisation(organisationId, async (tx) => {
      const wake = { name: checkJob.name, payload: { executionId, path, attempt } }
      const stepId = stepIdOf(executionId, path, attempt)
      await stopCommand(tx, organisationId, { kind: 'step', subject: stepId }, wake, context.clock)
    })
  })
}

/** Tells the host to undo; its answer, or a look at once where nothing was told to it yet, ends the deployment. */
export function stopDeployHandler(): Handler {
  return handle(stopDeployJob, async (target, context) => {
    const organisationId = tenantOf(context)
    await context.db.inOrganisation(organisationId, async (tx) => {
      const deploymentId = deploymentIdOf(target.executionId, target.path, target.attempt)
      const wake = { name: deployJob.name, payload: target }
      await stopCommand(tx, organisationId, { kind: 'deploy', subject: deploymentId }, wake, context.clock)
      await enqueue(tx, deployJob, target, { organisationId })
    })
  })
}

/**
 * Stops what a command began. One that was never sent ends here; it is stopped all the same, because it may be
 * on its way to the host in this moment. With no such command nothing happens.
 */
async function stopCommand(
  tx: Tx,
  organisationId: OrganisationId,
  which: Prisma.HostCommandWhereInput,
  wake: Wake,
  clock: Clock,
): Promise<void> {
  const row = await tx.hostCommand.findFirst({
    where: { ...which, endedAt: null },
    orderBy: { createdAt: 'desc' },
  })
  if (row === null) return
  const hostId = asId('host', row.hostId)
  const commandId = asId('hostCommand', row.id)
  const deadline = new Date(clock.now().getTime() + stopSeconds * 1000)
  // Not heard of until the stop has run out too, it is not begun any more.
  if (row.acceptedAt === null && row.deadline > deadline)
    await tx.hostCommand.update({ where: { id: row.id }, data: { deadline } })
  await sendCommand(
    tx,
    {
      organisationId,
      hostId,
      fence: row.fence,
      deadline,
      command: { kind: 'stop', commandId },
      // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
      then: wake,
    },
    clock,
  )
  if (row.sentAt === null) {
    const error = { code: 'command-cancelled', kind: 'failed' as const, what: 'It was cancelled.' }
    await endCommand(tx, { hostId, id: commandId, outcome: { ok: false, error } }, clock)
  }
}

import {
  asId,
  type Clock,
  type DeploymentId,
  type EnvironmentId,
  type OrganisationId,
  type UserErrorFields,
} from '@slipway/core'
import { announce, type Tx } from '@slipway/db'
import { adoptServices, setLiveRelease } from '@slipway/environments'
import { endCommand } from '@slipway/hosts'
import type { Release } from './release-rows.ts'

type Ended = {
  status: 'healthy' | 'failed' | 'cancelled'
  error?: UserErrorFields | undefined
  /** What is live from now on; left out where that did not change. */
  live?: Release | undefined
}

/**
 * The end of a deployment in its rows, and what is live with it. The caller knows that it is the first end, and gives
 * the lease of the environment back.
 */
export async function endDeployment(
  tx: Tx,
  of: { organisationId: OrganisationId; environmentId: EnvironmentId; id: DeploymentId },
  { status, error, live }: Ended,
  clock: Clock,
): Promise<void> {
  const { organisationId, environmentId, id } = of
  await tx.deployment.updateMany({
    where: { id, status: 'running' },
    data: { status, endedAt: clock.now(), ...(error && { error: { ...error } }) },
  })
  if (live !== undefined) {
    await setLiveRelease(tx, environmentId, live.id)
    await adoptServices(tx, { organisationId, environmentId }, live.plan.services, clock)
  }
  await endOpenCommand(tx, id, clock)
  await announce(tx, organisationId, `environment:${environmentId}`)
}

/** Whether what runs was touched: a host was told, or something was changed. */
export async function hasBegun(tx: Tx, id: DeploymentId): Promise<boolean> {
  const row = await tx.deployment.findUnique({ where: { id }, select: { begunAt: true } })
  // One that was under way when this began to be noted has its command alone.
  return (row?.begunAt ?? null) !== null || (await deployCommand(tx, id)) !== null
}

/** Of a host that did not say how it ended, an agent that broke, or a switch that nobody followed: what runs is not known. */
export function isUnsaid({ code }: Pick<UserErrorFields, 'code'>): boolean {
  return code === 'host-did-not-answer' || code === 'host-failed' || code === 'aws-switch-late'
}

/** The newest command to a host that belongs to this deployment. */
function deployCommand(tx: Tx, id: DeploymentId) {
  return tx.hostCommand.findFirst({
    where: { kind: 'deploy', subject: id },
    orderBy: { createdAt: 'desc' },
    select: { id: true, hostId: true, endedAt: true },
  })
}

/** A host that hears of it only now does not begin what is over. */
async function endOpenCommand(tx: Tx, id: DeploymentId, clock: Clock): Promise<void> {
  const row = await deployCommand(tx, id)
  if (row === null || row.endedAt !== null) return
  const error = { code: 'command-cancelled', kind: 'failed' as const, what: 'Its deployment has ended.' }
  const of = { hostId: asId('host', row.hostId), id: asId('hostCommand', row.id) }
  await endCommand(tx, { ...of, outcome: { ok: false, error } }, clock)
}

import { type EC2Client, StartInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2'
import { asId, type HostId, isId, type OrganisationId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { getHost, markHost } from '@slipway/hosts'
import { defineJob, enqueue, type JobContext } from '@slipway/jobs'
import { z } from 'zod'
import { connectionOf } from '../account.ts'
import type { Cloud } from '../cloud.ts'
import type { Connection } from '../session.ts'

/** A runner without work is stopped after this long; its disk with the caches stays. */
export const idleSecondsMax = 900

/** A timer of each runner: looks whether it has been idle for long enough, and stops it or sets itself anew. */
export const stopIdleRunner = defineJob({
  name: 'cloud.stop-idle-runner',
  payload: z.object({
    hostId: z.custom<HostId>((value) => typeof value === 'string' && isId('host', value)),
  }),
  attempts: 10,
  spacingSeconds: 10,
  timeoutSeconds: 60,
})

const busyAgainSeconds = 300
const afterStopSeconds = 20

type Idle = { connection: Connection; region: string; instanceId: string; do: 'stop' | 'start' }

/**
 * Stops the runner when it has had nothing to do for long enough. A build that was sent in that very moment finds
 * it started again. Safe to repeat.
 */
export async function stopWhenIdle(
  cloud: Cloud,
  hostId: HostId,
  { db, clock, organisationId, log, attempt }: JobContext & { organisationId: OrganisationId },
): Promise<void> {
  const again = async (tx: Tx, dueAt: Date) =>
    // Another key than the running job's own, which is taken until it ends.
    enqueue(
      tx,
      stopIdleRunner,
      { hostId },
      { organisationId, key: `${hostId} ${dueAt.toISOString()}`, dueAt },
    )

  const idle = await db.inOrganisation(organisationId, async (tx): Promise<Idle | undefined> => {
    const host = await getHost(tx, hostId)
    if (!host?.instanceId || host.state === 'gone') return undefined
    const row = await tx.host.findUniqueOrThrow({
      where: { id: hostId },
      select: {
        cloudAccountId: true,
        region: true,
        commands: { where: { endedAt: null }, select: { id: true } },
      },
    })
    const act = async (what: 'stop' | 'start'): Promise<Idle> => ({
      connection: await connectionOf(tx, asId('cloudAccount', row.cloudAccountId)),
      region: row.region,
      instanceId: host.instanceId ?? '',
      do: what,
    })
    if (host.state === 'stopped')
      return row.commands.length > 0 ? act('start') : attempt > 1 ? act('stop') : undefined
    const now = clock.now().getTime()
    const due = host.idleSince
      ? host.idleSince.getTime() + idleSecondsMax * 1000
      : now + busyAgainSeconds * 1000
    if (due > now) {
      await again(tx, new Date(due))
      return undefined
    }
    // Marked first: a build that comes now sees that it must be started.
    await markHost(tx, hostId, 'stopped')
    await again(tx, new Date(now + afterStopSeconds * 1000))
    return act('stop')
  })
  if (!idle) return
  const { ec2 } = await cloud.sessions.clients(idle.connection, 'operate', idle.region)
  await change(ec2, idle)
  log.info({ host: hostId, instance: idle.instanceId, did: idle.do }, 'a runner was stopped or started')
}

async function change(ec2: EC2Client, idle: Idle): Promise<void> {
  const InstanceIds = [idle.instanceId]
  if (idle.do === 'stop') await ec2.send(new StopInstancesCommand({ InstanceIds }))
  else await ec2.send(new StartInstancesCommand({ InstanceIds }))
}

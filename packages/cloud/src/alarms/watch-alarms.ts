import { type CloudAccountId, isId, type OrganisationId, UserError } from '@slipway/core'
import { announce, type Tx } from '@slipway/db'
import { defineJob, enqueue, type JobContext } from '@slipway/jobs'
import { z } from 'zod'
import { connectionOf } from '../account.ts'
import type { Cloud } from '../cloud.ts'
import { type Alarm, describeAlarms } from './describe-alarms.ts'
import { type StoredAlarm, storedAlarms } from './stored-alarm.ts'

/**
 * A timer of each account and region in which a host has an alarm: looks at all of them at once. 8,760 questions a
 * month; the first million are free: https://aws.amazon.com/cloudwatch/pricing/
 */
export const watchAlarms = defineJob({
  name: 'cloud.watch-alarms',
  payload: z.object({
    cloudAccountId: z.custom<CloudAccountId>(
      (value) => typeof value === 'string' && isId('cloudAccount', value),
    ),
    region: z.string(),
  }),
  attempts: 3,
  spacingSeconds: 20,
  timeoutSeconds: 60,
})

const lookAgainMilliseconds = 300_000

type Place = { organisationId: OrganisationId; cloudAccountId: CloudAccountId; region: string }

/** Sees to it that the alarms of an account and region are looked at. All who ask meet at the same moments. */
export async function keepWatchingAlarms(tx: Tx, place: Place, now: Date): Promise<void> {
  const { organisationId, cloudAccountId, region } = place
  const dueAt = new Date((Math.floor(now.getTime() / lookAgainMilliseconds) + 1) * lookAgainMilliseconds)
  const key = `${cloudAccountId} ${region} ${dueAt.toISOString()}`
  await enqueue(tx, watchAlarms, { cloudAccountId, region }, { organisationId, key, dueAt })
}

/**
 * Reads the alarms of an account and region and keeps how they are, until no host there has one or the account was
 * given up. The next look is set before this one is tried, so that an account that refuses us is asked again. Twice
 * is safe.
 */
export async function readAlarms(cloud: Cloud, place: Place, { db, clock }: JobContext): Promise<void> {
  const { organisationId, cloudAccountId, region } = place
  const begun = await db.inOrganisation(organisationId, async (tx) => {
    const stacks = await stacksWithAlarm(tx, place)
    if (stacks.length === 0) return undefined
    const connection = await connectionOf(tx, cloudAccountId).catch((error: unknown) => {
      if (error instanceof UserError) return undefined
      throw error
    })
    if (connection === undefined) return undefined
    await keepWatchingAlarms(tx, place, clock.now())
    return { stacks, connection }
  })
  if (begun === undefined) return
  const { cloudWatch } = await cloud.sessions.clients(begun.connection, 'observe', region)
  const alarms = await describeAlarms(
    cloudWatch,
    begun.stacks.map(({ alarm }) => alarm),
  )
  await db.inOrganisation(organisationId, async (tx) => {
    for (const { id, environmentId, alarm, known } of begun.stacks) {
      const found = alarms.find(({ name }) => name === alarm)
      const stored = store(alarm, found, known, clock.now())
      await tx.stack.updateMany({ where: { id }, data: { alarms: [stored] } })
      if (environmentId !== null && stored.state !== known?.state)
        await announce(tx, organisationId, `environment:${environmentId}`)
    }
  })
}

async function stacksWithAlarm(tx: Tx, { cloudAccountId, region }: Place) {
  const rows = await tx.stack.findMany({
    where: {
      cloudAccountId,
      region,
      kind: 'server',
      state: { notIn: ['absent', 'deleting', 'deleted'] },
    },
    orderBy: { id: 'asc' },
  })
  return rows.flatMap(({ id, environmentId, outputs, alarms }) => {
    const alarm = alarmOf(outputs)
    const known = storedAlarms.parse(alarms).find(({ name }) => name === alarm)
    return alarm === undefined ? [] : [{ id, environmentId, alarm, known }]
  })
}

/** The name of the alarm that a server's stack made, by the stack's outputs. */
export function alarmOf(outputs: unknown): string | undefined {
  return z.object({ HostAlarmName: z.string().optional() }).parse(outputs).HostAlarmName
}

function store(
  name: string,
  alarm: Alarm | undefined,
  known: StoredAlarm | undefined,
  now: Date,
): StoredAlarm {
  const readAt = now.toISOString()
  if (alarm !== undefined)
    return { name, state: alarm.state, since: alarm.since.toISOString(), reason: alarm.reason, readAt }
  const since = known?.state === 'GONE' ? known.since : readAt
  return { name, state: 'GONE', since, reason: '', readAt }
}

import type { HostId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { deploymentSpec } from '@slipway/protocol'
import { connectionOf } from '../../account.ts'
import { describeAlarms } from '../../alarms/describe-alarms.ts'
import { alarmOf } from '../../alarms/watch-alarms.ts'
import { type AlarmJudgement, judgeAlarm } from '../../decide/judge-alarm.ts'
import type { DeployContext } from '../target.ts'
import type { ServerConfig } from './server-config.ts'

/**
 * What the host's alarm says of the release that its host began to bring up at `beganAt`. Undefined where no alarm
 * stands, where monitors may not undo the deployment, and where there is nothing to go back to. An alarm that cannot
 * be read is not known, and keeps no deployment from going on.
 */
export async function watchAlarm(
  context: DeployContext<ServerConfig>,
  hostId: HostId,
  beganAt: Date,
): Promise<AlarmJudgement | undefined> {
  const { db, cloud, organisationId, cloudAccountId, region, config } = context
  if (deploymentSpec.parse(config.spec).watchSeconds === 0) return undefined
  const { alarm, connection } = await db.inOrganisation(organisationId, async (tx) => ({
    alarm: (await hasServed(tx, hostId)) ? await alarmOfEnvironment(tx, config) : undefined,
    connection: await connectionOf(tx, cloudAccountId),
  }))
  if (alarm === undefined) return undefined
  try {
    const { cloudWatch } = await cloud.sessions.clients(connection, 'observe', region)
    const [found] = await describeAlarms(cloudWatch, [alarm])
    return judgeAlarm(found, beganAt)
  } catch (error) {
    context.log.warn({ err: error, alarm }, 'the alarm of a host could not be read')
    return { is: 'inconclusive', words: `${alarm} could not be read.` }
  }
}

async function alarmOfEnvironment(tx: Tx, { environmentId }: ServerConfig): Promise<string | undefined> {
  const row = await tx.stack.findFirst({
    where: { environmentId, kind: 'server', state: { not: 'deleted' } },
    orderBy: { createdAt: 'desc' },
    select: { outputs: true },
  })
  return row ? alarmOf(row.outputs) : undefined
}

/** A first release is not undone by a monitor: there is nothing to go back to. */
async function hasServed(tx: Tx, hostId: HostId): Promise<boolean> {
  return (await tx.hostCommand.count({ where: { hostId, kind: 'deploy', ok: true }, take: 1 })) > 0
}

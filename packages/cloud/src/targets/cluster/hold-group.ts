import { ResumeProcessesCommand, SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling'
import { connectionOf } from '../../account.ts'
import type { AccountContext } from '../target.ts'
import type { Cluster } from './find-cluster.ts'

/**
 * What a group does by itself that must wait while a release goes over its hosts: one that was taken out of the load balancer
 * is not ill, and none is to be ended in the middle of its switch.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
 */
const ScalingProcesses = ['ReplaceUnhealthy', 'AZRebalance', 'AlarmNotification', 'ScheduledActions']

type On = Pick<AccountContext, 'db' | 'cloud' | 'organisationId' | 'cloudAccountId' | 'region'>

/** The group neither replaces hosts nor changes their number, until `letGroupGo`. Twice is safe. */
export async function holdGroup(context: On, { groupName }: Cluster): Promise<void> {
  const asked = { AutoScalingGroupName: groupName, ScalingProcesses }
  await (await clientOf(context)).send(new SuspendProcessesCommand(asked))
}

export async function letGroupGo(context: On, { groupName }: Cluster): Promise<void> {
  const asked = { AutoScalingGroupName: groupName, ScalingProcesses }
  await (await clientOf(context)).send(new ResumeProcessesCommand(asked))
}

async function clientOf({ db, cloud, organisationId, cloudAccountId, region }: On) {
  const connection = await db.inOrganisation(organisationId, (tx) => connectionOf(tx, cloudAccountId))
  return (await cloud.sessions.clients(connection, 'operate', region)).autoScaling
}

import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { connectionOf } from '../../account.ts'
import type { AccountContext } from '../target.ts'
import type { Cluster } from './find-cluster.ts'

/** As DescribeTargetHealth says it: `unused` is not registered, `draining` is being taken out. */
export type TargetHealth = 'initial' | 'healthy' | 'unhealthy' | 'draining' | 'unused' | 'unavailable'

type On = Pick<AccountContext, 'db' | 'cloud' | 'organisationId' | 'cloudAccountId' | 'region'>

/** What the load balancer finds of these instances. */
export async function targetHealth(
  context: On,
  { targetGroupArn }: Cluster,
  instanceIds: readonly string[],
): Promise<Map<string, TargetHealth>> {
  if (instanceIds.length === 0) return new Map()
  const { TargetHealthDescriptions } = await (await clientOf(context)).send(
    new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn, Targets: targetsOf(instanceIds) }),
  )
  return new Map(
    (TargetHealthDescriptions ?? []).flatMap(({ Target, TargetHealth }) =>
      Target?.Id === undefined ? [] : [[Target.Id, healthOf(TargetHealth?.State)] as const],
    ),
  )
}

/** Nobody is sent to them any more; what is under way with them is finished. Twice is safe. */
export async function takeOut(context: On, cluster: Cluster, instanceIds: readonly string[]): Promise<void> {
  const asked = { TargetGroupArn: cluster.targetGroupArn, Targets: targetsOf(instanceIds) }
  await (await clientOf(context)).send(new DeregisterTargetsCommand(asked))
}

/** They are asked whether they are ready, and visitors are sent to them once they are. Twice is safe. */
export async function putBack(context: On, cluster: Cluster, instanceIds: readonly string[]): Promise<void> {
  const asked = { TargetGroupArn: cluster.targetGroupArn, Targets: targetsOf(instanceIds) }
  await (await clientOf(context)).send(new RegisterTargetsCommand(asked))
}

async function clientOf({ db, cloud, organisationId, cloudAccountId, region }: On) {
  const connection = await db.inOrganisation(organisationId, (tx) => connectionOf(tx, cloudAccountId))
  return (await cloud.sessions.clients(connection, 'operate', region)).balancing
}

const targetsOf = (instanceIds: readonly string[]) => instanceIds.map((Id) => ({ Id }))

const known = ['initial', 'healthy', 'unhealthy', 'draining', 'unused', 'unavailable'] as const
function healthOf(state: string | undefined): TargetHealth {
  return known.find((one) => one === state) ?? 'unavailable'
}

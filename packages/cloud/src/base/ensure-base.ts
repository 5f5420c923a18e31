import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2'
import type { Tx } from '@slipway/db'
import { connectionOf } from '../account.ts'
import { baseStackName, bucketName, runnerProfileArn, runnerStackName } from '../names.ts'
import { applyStack, type StackProgress } from '../stacks/apply-stack.ts'
import { changeStackRow, findStackRow, needStackRow } from '../stacks/stack-row.ts'
import type { AccountContext } from '../targets/target.ts'
import { subnetOutput } from './base-stack.ts'

/** An app needs one zone; three leave a choice when one has no capacity, and cost nothing. */
const zonesMax = 3

/** The network and bucket of an account and region, as its base stack made them. */
export type Base = {
  bucket: string
  vpcId: string
  hostGroupId: string
  runnerGroupId: string
  runnerTemplateId: string
  runnerTemplateVersion: string
  /** Zones with their subnets, in the order in which they are tried. */
  subnets: { zone: string; subnetId: string }[]
}

/** Brings the base stack of this account and region about. Safe to repeat; all environments there share it. */
export async function ensureBase(context: AccountContext): Promise<StackProgress> {
  const { db, organisationId, cloudAccountId, region, clock } = context
  const key = { cloudAccountId, region, name: baseStackName(cloudAccountId) }
  const { connection, row } = await db.inOrganisation(organisationId, async (tx) => ({
    connection: await connectionOf(tx, cloudAccountId),
    row: await needStackRow(tx, organisationId, key, { kind: 'base' }, clock.now()),
  }))
  let zones = row.fixed.zones?.split(',')
  if (!zones) {
    const { ec2 } = await context.cloud.sessions.clients(connection, 'observe', region)
    const answer = await ec2.send(
      new DescribeAvailabilityZonesCommand({ Filters: [{ Name: 'state', Values: ['available'] }] }),
    )
    zones = (answer.AvailabilityZones ?? [])
      .filter(({ ZoneType }) => ZoneType === undefined || ZoneType === 'availability-zone')
      .flatMap(({ ZoneName }) => ZoneName ?? [])
      .sort()
      .slice(0, zonesMax)
    const fixed = { ...row.fixed, zones: zones.join(',') }
    await db.inOrganisation(organisationId, (tx) => changeStackRow(tx, row.id, { fixed }, clock.now()))
  }
  return applyStack(context, {
    kind: 'base',
    name: key.name,
    config: {
      zones,
      bucket: bucketName(connection.number, region, cloudAccountId),
      runnerProfileArn: runnerProfileArn(connection.number, cloudAccountId),
      runnerTemplateName: runnerStackName(cloudAccountId),
    },
  })
}

/** The base as it was last made. Throws where it was not: the step that makes it comes first. */
export async function readBase(
  tx: Tx,
  { cloudAccountId, region }: Pick<AccountContext, 'cloudAccountId' | 'region'>,
): Promise<Base> {
  const row = await findStackRow(tx, { cloudAccountId, region, name: baseStackName(cloudAccountId) })
  const output = (name: string) => {
    const value = row?.outputs[name]
    if (value === undefined)
      throw new Error(`the base stack of ${cloudAccountId} in ${region} has no ${name} yet`)
    return value
  }
  return {
    bucket: output('BucketName'),
    vpcId: output('VpcId'),
    hostGroupId: output('HostGroupId'),
    runnerGroupId: output('RunnerGroupId'),
    runnerTemplateId: output('RunnerTemplateId'),
    runnerTemplateVersion: output('RunnerTemplateVersion'),
    subnets: (row?.fixed.zones ?? '')
      .split(',')
      .map((zone) => ({ zone, subnetId: output(subnetOutput(zone)) })),
  }
}

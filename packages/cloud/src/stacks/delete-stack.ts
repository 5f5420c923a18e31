import { DeleteStackCommand, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import { connectionOf } from '../account.ts'
import { cfnRoleArn } from '../names.ts'
import type { AccountContext, DeletionProgress } from '../targets/target.ts'
import { readStack } from './read-stack.ts'
import { changeStackRow, findStackRow, type StackKey } from './stack-row.ts'

const lookAgainMilliseconds = 1500

/**
 * Deletes a stack, one look and one call at a time. Safe to repeat. Disks and buckets in it are kept: the
 * template says so. What cannot be deleted is left, and the log says what.
 */
export async function deleteStack(context: AccountContext, name: string): Promise<DeletionProgress> {
  const { db, organisationId, cloudAccountId, region, clock } = context
  const key: StackKey = { cloudAccountId, region, name }
  const { row, connection } = await db.inOrganisation(organisationId, async (tx) => ({
    row: await findStackRow(tx, key),
    connection: await connectionOf(tx, cloudAccountId),
  }))
  if (!row || row.state === 'deleted') return { state: 'gone' }
  const change = (state: 'deleting' | 'deleted', awsStatus: string) =>
    db.inOrganisation(organisationId, (tx) =>
      changeStackRow(tx, row.id, { state, awsStatus, changeSet: null }, clock.now()),
    )
  const until = new Date(clock.now().getTime() + lookAgainMilliseconds)

  const { cloudFormation } = await context.cloud.sessions.clients(connection, 'stack', region)
  const { status } = await readStack(cloudFormation, name)
  if (status === 'ABSENT' || status === 'DELETE_COMPLETE') {
    await change('deleted', 'DELETE_COMPLETE')
    return { state: 'gone' }
  }
  if (status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS')
    return { state: 'waiting', on: `CloudFormation: ${status}`, until }

  const RetainResources = status === 'DELETE_FAILED' ? await undeletable() : []
  for (const logicalId of RetainResources) await context.say(`${logicalId} could not be deleted and is left`)
  await cloudFormation.send(
    new DeleteStackCommand({
      StackName: name,
      RoleARN: cfnRoleArn(connection.number, connection.id),
      ...(RetainResources.length > 0 && { RetainResources }),
    }),
  )
  await change('deleting', 'DELETE_IN_PROGRESS')
  return { state: 'waiting', on: 'the stack to be deleted', until }

  async function undeletable(): Promise<string[]> {
    const { StackResources } = await cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName: name }),
    )
    return (StackResources ?? []).flatMap(({ ResourceStatus, LogicalResourceId }) =>
      ResourceStatus === 'DELETE_FAILED' && LogicalResourceId ? [LogicalResourceId] : [],
    )
  }
}

import { randomBytes } from 'node:crypto'
import {
  type ChangeSetType,
  CloudFormationServiceException,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  ExecuteChangeSetCommand,
  RollbackStackCommand,
  type StackEvent,
} from '@aws-sdk/client-cloudformation'
import type { UserErrorFields } from '@slipway/core'
import { connectionOf } from '../account.ts'
import { explainStackFailure } from '../decide/explain-stack-failure.ts'
import { judgeChangeSet, type ResourceChange } from '../decide/judge-change-set.ts'
import { refuseTemplate } from '../decide/refuse-template.ts'
import { succeeded, wayOut } from '../decide/stack-way-out.ts'
import { boundaryArn, cfnRoleArn, managedTag } from '../names.ts'
import type { AwsClients, Connection } from '../session.ts'
import { templateRevision } from '../synth/template-revision.ts'
import type { StackRequest } from '../synth/templates.ts'
import type { AccountContext } from '../targets/target.ts'
import { eventLine, readEvents, readStack, type SeenStack } from './read-stack.ts'
import {
  changeStackRow,
  digestOf,
  needStackRow,
  type StackChange,
  type StackKey,
  type StackRow,
  settleStackRow,
} from './stack-row.ts'

export type StackProgress =
  | { state: 'ready'; outputs: Record<string, string> }
  | { state: 'waiting'; on: string; until: Date }
  | { state: 'failed'; error: UserErrorFields }

/** Between two looks at a stack that changes. AWS answers 10 such questions a second for an account. */
const lookAgainMilliseconds = 1500

type Application = {
  context: AccountContext
  connection: Connection
  clients: AwsClients
  key: StackKey
  row: StackRow
  request: StackRequest
  digest: string
}

/**
 * Brings a stack to what `request` says, one look and at most one call of change at a time, and says what is
 * still to come. Safe to repeat, also after a crash or a lost answer: every call carries a token or a name that
 * was written down before it. A stack that was made as asked is not looked at again.
 */
export async function applyStack(
  context: AccountContext,
  request: StackRequest,
  about: { environmentId?: string | undefined } = {},
): Promise<StackProgress> {
  const { db, organisationId, cloudAccountId, region } = context
  const key = { cloudAccountId, region, name: request.name }
  const { row, connection } = await db.inOrganisation(organisationId, async (tx) => ({
    row: await needStackRow(tx, organisationId, key, { kind: request.kind, ...about }, context.clock.now()),
    connection: await connectionOf(tx, cloudAccountId),
  }))
  const digest = digestOf(JSON.stringify([templateRevision, request]))
  if (row.state === 'ready' && row.templateDigest === digest) return { state: 'ready', outputs: row.outputs }

  const clients = await context.cloud.sessions.clients(connection, 'stack', region)
  const application: Application = { context, connection, clients, key, row, request, digest }
  const seen = await readStack(clients.cloudFormation, request.name)
  const events = await tellEvents(application, seen)

  if (row.changeSet !== null && wasExecuted(events, row.changeSet))
    return followExecution(application, row.changeSet, seen, events)
  if (row.changeSet !== null && wayOut(seen.status) !== 'wait')
    return carryOnChangeSet(application, row.changeSet, seen)
  return goWayOut(application, seen)
}

/** Writes what happened since the last look to the log, and remembers the last of it. */
async function tellEvents(application: Application, seen: SeenStack): Promise<StackEvent[]> {
  const { context, clients, row } = application
  if (!seen.stackId) return []
  const all = await readEvents(clients.cloudFormation, seen.stackId, row.lastEventId)
  const last = all.findIndex(({ EventId }) => EventId === row.lastEventId)
  const news = all.slice(last + 1)
  for (const event of news) await context.say(eventLine(event))
  const lastEventId = news.at(-1)?.EventId
  if (lastEventId) await change(application, { lastEventId, awsStatus: seen.status })
  return all
}

/** Executing gives the change set's name as token, and every event of the operation carries it. */
function wasExecuted(events: readonly StackEvent[], changeSet: string): boolean {
  return events.some(({ ClientRequestToken }) => ClientRequestToken === changeSet)
}

/** The name says what a change set is for: one left by another request is not taken for this one's. */
function nameFor(digest: string): string {
  return `slipway-${digest.slice(0, 16)}-${randomBytes(6).toString('hex')}`
}

function isFor(changeSet: string, digest: string): boolean {
  return changeSet.startsWith(`slipway-${digest.slice(0, 16)}-`)
}

async function followExecution(
  application: Application,
  changeSet: string,
  seen: SeenStack,
  events: readonly StackEvent[],
): Promise<StackProgress> {
  const { context, request, digest } = application
  if (wayOut(seen.status) === 'wait') return waiting(application, `CloudFormation: ${seen.status}`)
  if (seen.status !== 'ABSENT' && succeeded(seen.status)) {
    if (isFor(changeSet, digest)) return ready(application, changeSet, seen.outputs)
    await settle(application, changeSet, { templateDigest: null, outputs: seen.outputs })
    return waiting(application, 'an earlier change, which is done')
  }
  const failures = events
    .filter((event) => event.ClientRequestToken === changeSet && event.ResourceStatus?.endsWith('_FAILED'))
    .filter((event) => event.ResourceType !== 'AWS::CloudFormation::Stack')
    .map((event) => ({
      logicalId: event.LogicalResourceId ?? '?',
      type: event.ResourceType ?? '?',
      reason: event.ResourceStatusReason ?? '',
    }))
  const error = explainStackFailure(request.name, failures)
  context.log.warn({ stack: request.name, status: seen.status, code: error.code }, 'a stack failed')
  await settle(application, changeSet, { state: 'failed', reason: error })
  return isFor(changeSet, digest)
    ? { state: 'failed', error }
    : waiting(application, 'an earlier change, which failed')
}

/** A change set that was named and not carried out yet: make it, wait for it, judge it, carry it out. */
async function carryOnChangeSet(
  application: Application,
  changeSet: string,
  seen: SeenStack,
): Promise<StackProgress> {
  const described = await describeChangeSet(application, changeSet)
  const way = wayOut(seen.status)
  if (!described) {
    // Not made yet, by a run beside this or one whose call was lost: by the same name it is made once.
    if (isFor(changeSet, application.digest) && (way === 'create' || way === 'update'))
      return makeChangeSet(application, changeSet, way === 'create' ? 'CREATE' : 'UPDATE')
    await settle(application, changeSet, {})
    return waiting(application, 'the change to be worked out')
  }
  switch (described.Status) {
    case 'CREATE_PENDING':
    case 'CREATE_IN_PROGRESS':
      return waiting(application, 'the change to be worked out')
    case 'CREATE_COMPLETE':
      if (described.ExecutionStatus !== 'AVAILABLE') return waiting(application, 'the change to begin')
      if (isFor(changeSet, application.digest)) return judgeAndExecute(application, changeSet, described)
      await dropChangeSet(application, changeSet)
      await settle(application, changeSet, {})
      return waiting(application, 'the change to be worked out')
    case 'FAILED':
      return changeSetFailed(application, changeSet, described.StatusReason ?? '')
    default:
      await settle(application, changeSet, {})
      return waiting(application, 'the change to be worked out')
  }
}

async function describeChangeSet(
  { clients, request }: Application,
  changeSet: string,
): Promise<DescribeChangeSetCommandOutput | undefined> {
  try {
    const asked = { StackName: request.name, ChangeSetName: changeSet }
    const described = await clients.cloudFormation.send(new DescribeChangeSetCommand(asked))
    const changes = [...(described.Changes ?? [])]
    // All of it is judged: what replaces a disk may stand on any page.
    for (let token = described.NextToken; token; ) {
      const page = await clients.cloudFormation.send(
        new DescribeChangeSetCommand({ ...asked, NextToken: token }),
      )
      changes.push(...(page.Changes ?? []))
      token = page.NextToken
    }
    return { ...described, Changes: changes }
  } catch (error) {
    if (
      error instanceof CloudFormationServiceException &&
      /ChangeSetNotFound|does not exist/.test(`${error.name} ${error.message}`)
    )
      return undefined
    throw error
  }
}

async function judgeAndExecute(
  application: Application,
  changeSet: string,
  described: DescribeChangeSetCommandOutput,
): Promise<StackProgress> {
  const { context, clients, request } = application
  const judgement = judgeChangeSet((described.Changes ?? []).map(toChange))
  if (judgement.verdict === 'refused') {
    await dropChangeSet(application, changeSet)
    await settle(application, changeSet, { state: 'failed', reason: judgement.error })
    return { state: 'failed', error: judgement.error }
  }
  for (const line of judgement.words) await context.say(line)
  await change(application, { state: 'changing' })
  try {
    await clients.cloudFormation.send(
      new ExecuteChangeSetCommand({
        StackName: request.name,
        ChangeSetName: changeSet,
        ClientRequestToken: changeSet,
      }),
    )
  } catch (error) {
    // Begun by an earlier run whose answer was lost, or by one beside this.
    if (!(error instanceof CloudFormationServiceException && error.name === 'InvalidChangeSetStatus'))
      throw error
  }
  return waiting(application, 'CloudFormation to begin')
}

function toChange({
  ResourceChange: it,
}: NonNullable<DescribeChangeSetCommandOutput['Changes']>[number]): ResourceChange {
  const properties = (it?.Details ?? []).flatMap(({ Target }) => Target?.Name ?? Target?.Attribute ?? [])
  return {
    action: it?.Action ?? '',
    type: it?.ResourceType ?? '',
    logicalId: it?.LogicalResourceId ?? '?',
    replacement: it?.Replacement,
    properties: [...new Set(properties)],
    policyAction: it?.PolicyAction,
  }
}

async function changeSetFailed(
  application: Application,
  changeSet: string,
  reason: string,
): Promise<StackProgress> {
  const { clients, request, digest } = application
  await dropChangeSet(application, changeSet)
  if (!isFor(changeSet, digest)) {
    await settle(application, changeSet, {})
    return waiting(application, 'the change to be worked out')
  }
  if (/didn't contain changes|No updates are to be performed/i.test(reason)) {
    const { outputs } = await readStack(clients.cloudFormation, request.name)
    return ready(application, changeSet, outputs)
  }
  const error = explainStackFailure(request.name, [
    { logicalId: 'change set', type: 'AWS::CloudFormation::ChangeSet', reason },
  ])
  await settle(application, changeSet, { state: 'failed', reason: error })
  return { state: 'failed', error }
}

async function dropChangeSet({ clients, request }: Application, changeSet: string): Promise<void> {
  await clients.cloudFormation.send(
    new DeleteChangeSetCommand({ StackName: request.name, ChangeSetName: changeSet }),
  )
}

/** Nothing of ours is under way: what the state of the stack asks for. */
async function goWayOut(application: Application, seen: SeenStack): Promise<StackProgress> {
  const { clients, connection, request } = application
  const RoleARN = cfnRoleArn(connection.number, connection.id)
  const StackName = request.name
  switch (wayOut(seen.status)) {
    case 'wait':
      return waiting(application, `CloudFormation: ${seen.status}`)
    case 'create':
      return nameChangeSet(application, 'CREATE')
    case 'update':
      return nameChangeSet(application, 'UPDATE')
    case 'clear':
      // By its id: a run beside this may have cleared it, and begun a new one of the same name.
      await clients.cloudFormation.send(
        new DeleteStackCommand({ StackName: seen.stackId ?? StackName, RoleARN }),
      )
      return waiting(application, 'what a failed creation left to be cleared away')
    case 'roll-back':
      await clients.cloudFormation.send(new RollbackStackCommand({ StackName, RoleARN }))
      return waiting(application, 'the stack to be rolled back')
    case 'continue-rollback':
      await clients.cloudFormation.send(new ContinueUpdateRollbackCommand({ StackName, RoleARN }))
      return waiting(application, 'the rollback to go on')
    case 'delete-rest':
      await clients.cloudFormation.send(new DeleteStackCommand({ StackName, RoleARN }))
      return waiting(application, 'the stack to be deleted')
    case 'ask':
      return { state: 'failed', error: somebodyElse(StackName, seen.status) }
  }
}

/** Writes the name down before it is used, so that a call whose answer is lost can be told from none. */
async function nameChangeSet(application: Application, type: ChangeSetType): Promise<StackProgress> {
  const { context, row, digest } = application
  const changeSet = nameFor(digest)
  const taken = await context.db.inOrganisation(context.organisationId, (tx) =>
    tx.stack.updateMany({
      where: { id: row.id, changeSet: null },
      data: { changeSet, state: 'changing', updatedAt: context.clock.now() },
    }),
  )
  if (taken.count === 0) return waiting(application, 'the change to be worked out')
  return makeChangeSet(application, changeSet, type)
}

async function makeChangeSet(
  application: Application,
  changeSet: string,
  type: ChangeSetType,
): Promise<StackProgress> {
  const { context, clients, connection, request } = application
  const template = await context.cloud.synthesis.template(request)
  const refusals = refuseTemplate(JSON.parse(template), boundaryArn(connection.number, connection.id))
  if (refusals.length > 0)
    throw new Error(`the template of ${request.name} must not go out: ${refusals.join('; ')}`)
  try {
    await clients.cloudFormation.send(
      new CreateChangeSetCommand({
        StackName: request.name,
        ChangeSetName: changeSet,
        ClientToken: changeSet,
        ChangeSetType: type,
        TemplateBody: template,
        Capabilities: ['CAPABILITY_NAMED_IAM'],
        RoleARN: cfnRoleArn(connection.number, connection.id),
        Tags: [
          { ...managedTag },
          { Key: 'slipway:connection', Value: connection.id },
          { Key: 'slipway:organisation', Value: connection.organisationId },
        ],
      }),
    )
  } catch (error) {
    // Made by a run beside this, or carried out by it already.
    if (!(error instanceof CloudFormationServiceException && error.name === 'AlreadyExistsException'))
      throw error
    return waiting(application, 'the change to be worked out')
  }
  const described = await describeChangeSet(application, changeSet)
  return described?.Status === 'CREATE_COMPLETE' && described.ExecutionStatus === 'AVAILABLE'
    ? judgeAndExecute(application, changeSet, described)
    : waiting(application, 'the change to be worked out')
}

async function ready(
  application: Application,
  changeSet: string,
  outputs: Record<string, string>,
): Promise<StackProgress> {
  const { digest } = application
  await settle(application, changeSet, { state: 'ready', templateDigest: digest, outputs, reason: null })
  return { state: 'ready', outputs }
}

/** Writes what became of a change set, once: a run beside this may have done it, and gone on. */
async function settle(
  { context, row }: Application,
  changeSet: string,
  what: Omit<StackChange, 'changeSet'>,
): Promise<void> {
  await context.db.inOrganisation(context.organisationId, (tx) =>
    settleStackRow(tx, row.id, changeSet, what, context.clock.now()),
  )
}

function waiting({ context }: Application, on: string): StackProgress {
  return { state: 'waiting', on, until: new Date(context.clock.now().getTime() + lookAgainMilliseconds) }
}

async function change({ context, row }: Application, what: StackChange): Promise<void> {
  await context.db.inOrganisation(context.organisationId, (tx) =>
    changeStackRow(tx, row.id, what, context.clock.now()),
  )
}

function somebodyElse(stack: string, status: string): UserErrorFields {
  return {
    code: 'stack-needs-a-person',
    kind: 'failed',
    what: `The stack ${stack} is in the state ${status}, which Slipway does not bring about.`,
    why: 'Somebody imported resources into it, and undoing that failed.',
    todo: "Open the stack in CloudFormation's console, finish or undo the import there, then deploy again.",
  }
}

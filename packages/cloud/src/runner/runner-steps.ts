import { StartInstancesCommand } from '@aws-sdk/client-ec2'
import { type HostId, isId } from '@slipway/core'
import { expectHost, findHost, markHost, updateHost } from '@slipway/hosts'
import { enqueue } from '@slipway/jobs'
import { connectionOf } from '../account.ts'
import { baseSteps, late } from '../base/base-steps.ts'
import { readBase } from '../base/ensure-base.ts'
import { mayWorkInAnotherZone } from '../decide/explain-stack-failure.ts'
import { instanceTypeOf } from '../decide/instance-type.ts'
import { findImage } from '../hosts/find-image.ts'
import { makeHostFile } from '../hosts/make-host-file.ts'
import { readInstance } from '../hosts/read-instance.ts'
import { userData } from '../hosts/user-data.ts'
import { runnerRoleName, runnerStackName } from '../names.ts'
import { applyStack } from '../stacks/apply-stack.ts'
import { deleteStack } from '../stacks/delete-stack.ts'
import { changeStackRow, lockStackRow, needStackRow, notMade } from '../stacks/stack-row.ts'
import type { AccountContext, Step, StepResult } from '../targets/target.ts'
import { idleSecondsMax, stopIdleRunner } from './stop-idle-runner.ts'

/** Two processors and 4 GiB: enough for the builds of most apps, and cents a build. */
const runnerSize = 'medium'
const lookAgainMilliseconds = 1000

/**
 * Brings the runner of an account and region up, so that a build can be sent to it (`readRunner` names it): made
 * by its stack the first time, started again later. All steps are safe to repeat and shared by builds that come
 * together.
 */
export const runnerStep: Step<AccountContext> = {
  name: 'runner',
  title: 'Runner',
  limitSeconds: 900,
  late: () => late('The runner', 'runner-late'),
  run: bringUp,
}

/** The same with what it needs before. */
export const runnerSteps: readonly Step<AccountContext>[] = [...baseSteps, runnerStep]

/** The runner's host, once the steps are done. */
export async function readRunner(
  context: Pick<AccountContext, 'db' | 'organisationId' | 'cloudAccountId' | 'region'>,
): Promise<HostId | undefined> {
  const { db, organisationId, cloudAccountId, region } = context
  const host = await db.inOrganisation(organisationId, (tx) =>
    findHost(tx, { organisationId, cloudAccountId, region, kind: 'runner' }),
  )
  return host?.id
}

async function bringUp(context: AccountContext): Promise<StepResult> {
  const { db, organisationId, cloudAccountId, region } = context
  const place = { organisationId, cloudAccountId, region, kind: 'runner' as const }
  const host = await db.inOrganisation(organisationId, (tx) => findHost(tx, place))
  if (host?.state === 'online') return whenOnline(context, host.id)

  const made = await makeRunner(context)
  if (made.state !== 'ready') return made.result
  const connection = await db.inOrganisation(organisationId, (tx) => connectionOf(tx, cloudAccountId))
  const { ec2 } = await context.cloud.sessions.clients(connection, 'operate', region)
  const instance = await readInstance(ec2, made.instanceId)
  switch (instance?.State?.Name) {
    case 'running':
    case 'pending':
      return waiting(context, 'the runner to connect')
    case 'stopping':
      return waiting(context, 'the runner to come to rest, to be started again')
    case 'stopped':
      await context.say('Starting the runner')
      await ec2.send(new StartInstancesCommand({ InstanceIds: [made.instanceId] }))
      return waiting(context, 'the runner to start')
    default:
      return makeAnew(context, made.hostId)
  }
}

/** Somebody ended the runner's instance. It held nothing but caches, so a new one takes its place. */
async function makeAnew(context: AccountContext, hostId: HostId): Promise<StepResult> {
  await context.say('The runner was ended by somebody; a new one is made')
  const deletion = await deleteStack(context, runnerStackName(context.cloudAccountId))
  if (deletion.state === 'failed') return deletion
  if (deletion.state === 'gone')
    await context.db.inOrganisation(context.organisationId, (tx) => markHost(tx, hostId, 'gone'))
  return waiting(context, 'the old runner to be cleared away')
}

async function whenOnline(context: AccountContext, hostId: HostId): Promise<StepResult> {
  const { db, organisationId, clock } = context
  const dueAt = new Date(clock.now().getTime() + idleSecondsMax * 1000)
  await db.inOrganisation(organisationId, (tx) =>
    enqueue(tx, stopIdleRunner, { hostId }, { organisationId, key: hostId, dueAt }),
  )
  return { state: 'done' }
}

type Made = { state: 'ready'; instanceId: string; hostId: HostId } | { state: 'not-yet'; result: StepResult }

/** The runner's stack, with image, zone and user data that were chosen once. */
async function makeRunner(context: AccountContext): Promise<Made> {
  const { db, organisationId, cloudAccountId, region, clock } = context
  const name = runnerStackName(cloudAccountId)
  const key = { cloudAccountId, region, name }
  const { row, base, connection } = await db.inOrganisation(organisationId, async (tx) => ({
    row: await needStackRow(tx, organisationId, key, { kind: 'runner' }, clock.now()),
    base: await readBase(tx, context),
    connection: await connectionOf(tx, cloudAccountId),
  }))
  let fixed = row.fixed
  // A stack that was deleted is made anew, for a new host.
  if (!fixed.hostId || row.state === 'deleted') {
    const { ec2 } = await context.cloud.sessions.clients(connection, 'observe', region)
    // ARM first: the same work for a fifth less.
    const { imageId, architecture } = await findImage(ec2, ['arm64', 'x64'])
    const instanceType = instanceTypeOf({ kind: 'size', size: runnerSize }, architecture)
    fixed = await db.inOrganisation(organisationId, async (tx) => {
      const now = await lockStackRow(tx, key)
      if (now.fixed.hostId && now.state !== 'deleted') return now.fixed
      const place = { organisationId, cloudAccountId, region, kind: 'runner' as const }
      const hostId = await expectHost(tx, place, { architecture, instanceType }, clock)
      const data = userData(makeHostFile(context, base.bucket, { kind: 'runner', hostId }))
      const chosen = { hostId, imageId, instanceType, userData: data, zone: base.subnets[0]?.zone ?? '' }
      await changeStackRow(tx, row.id, { ...notMade, fixed: chosen }, clock.now())
      return chosen
    })
  }
  const { hostId = '', zone = '', imageId = '', instanceType = '' } = fixed
  if (!isId('host', hostId)) throw new Error(`the runner of ${cloudAccountId} has no host`)
  const progress = await applyStack(context, {
    kind: 'runner',
    name,
    config: {
      launchTemplateId: base.runnerTemplateId,
      launchTemplateVersion: base.runnerTemplateVersion,
      profileName: runnerRoleName(cloudAccountId),
      runnerGroupId: base.runnerGroupId,
      subnetId: base.subnets.find((subnet) => subnet.zone === zone)?.subnetId ?? '',
      zone,
      imageId,
      instanceType,
      userData: fixed.userData ?? '',
    },
  })
  switch (progress.state) {
    case 'waiting':
      return { state: 'not-yet', result: { state: 'wait', until: progress.until, on: progress.on } }
    case 'failed': {
      const next = base.subnets[base.subnets.findIndex((subnet) => subnet.zone === zone) + 1]
      if (!next || !mayWorkInAnotherZone(progress.error)) return { state: 'not-yet', result: progress }
      await context.say(`${zone} has no room for ${instanceType}; trying ${next.zone}`)
      await db.inOrganisation(organisationId, (tx) =>
        changeStackRow(tx, row.id, { fixed: { ...fixed, zone: next.zone } }, clock.now()),
      )
      return { state: 'not-yet', result: waiting(context, 'another zone') }
    }
    case 'ready': {
      const instanceId = progress.outputs.InstanceId ?? ''
      await db.inOrganisation(organisationId, (tx) => updateHost(tx, hostId, { instanceId, instanceType }))
      return { state: 'ready', instanceId, hostId }
    }
  }
}

function waiting({ clock }: AccountContext, on: string): StepResult {
  return { state: 'wait', until: new Date(clock.now().getTime() + lookAgainMilliseconds), on }
}

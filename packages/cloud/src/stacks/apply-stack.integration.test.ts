import { CreateChangeSetCommand, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation'
import { DescribeInstancesCommand, DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { newId, stoppedClock } from '@slipway/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectionOf } from '../account.ts'
import { ensureBase, readBase } from '../base/ensure-base.ts'
import { boundaryArn } from '../names.ts'
import type { StackRequest } from '../synth/templates.ts'
import { type ConnectedAccount, connectAccount, untilEnded } from '../testing/connected-account.ts'
import { applyStack } from './apply-stack.ts'
import { deleteStack } from './delete-stack.ts'

let on: ConnectedAccount
const clock = stoppedClock(new Date())
const said: string[] = []

beforeAll(async () => {
  on = await connectAccount(clock)
  await untilEnded(() => ensureBase(on.context(said)))
})
afterAll(() => on?.close())

test('the base stack is made once, with its network and bucket, and its events are told', async () => {
  expect(await ensureBase(on.context())).toMatchObject({ state: 'ready' })
  const base = await readBaseOf()
  expect(base.subnets.map(({ zone }) => zone)).toEqual(['us-east-1a', 'us-east-1b', 'us-east-1c'])
  expect(base.bucket).toMatch(/^slipway-222222222222-us-east-1-[0-9a-z]{13}$/)
  expect(said.filter((line) => line.includes('Vpc (AWS::EC2::VPC) CREATE_COMPLETE'))).toHaveLength(1)
})

test('a server stack is made with its disk attached, and a bigger instance type stops it and keeps it', async () => {
  const request = await server({ disks: [disk] })
  expect(await untilEnded(() => applyStack(on.context(), request))).toMatchObject({ state: 'ready' })
  const [before] = await instances(request.name)
  expect(before?.BlockDeviceMappings?.map(({ DeviceName }) => DeviceName)).toContain('/dev/sdf')
  const lines: string[] = []
  const bigger = { ...request, config: { ...request.config, instanceType: 't3.large' } }
  expect(await untilEnded(() => applyStack(on.context(lines), bigger))).toMatchObject({ state: 'ready' })
  const [after] = await instances(request.name)
  expect(after).toMatchObject({ InstanceId: before?.InstanceId, InstanceType: 't3.large' })
  expect(lines.some((line) => line.includes('stopped and started'))).toBe(true)
})

test('a change that would replace the instance is refused and changes nothing', async () => {
  const request = await server({})
  await untilEnded(() => applyStack(on.context(), request))
  const [before] = await instances(request.name)
  const other = { ...request, config: { ...request.config, imageId: 'ami-0abcdef1234567890' } }
  const refused = await untilEnded(() => applyStack(on.context(), other))
  expect(refused).toMatchObject({ state: 'failed', error: { code: 'stack-would-replace' } })
  expect(await instances(request.name)).toMatchObject([
    { InstanceId: before?.InstanceId, ImageId: before?.ImageId },
  ])
  expect(await untilEnded(() => applyStack(on.context(), request))).toMatchObject({ state: 'ready' })
})

test('a creation that failed is told in words, cleared away, and succeeds when asked rightly', async () => {
  const request = await server({})
  const wrong = { ...request, config: { ...request.config, subnetId: 'subnet-00000000000000000' } }
  const failed = await untilEnded(() => applyStack(on.context(), wrong))
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'stack-failed' } })
  expect(failed.state === 'failed' && failed.error.details?.[0]).toContain('subnet-00000000000000000')
  expect(await untilEnded(() => applyStack(on.context(), request))).toMatchObject({ state: 'ready' })
})

test.each([
  ['making a change', CreateChangeSetCommand],
  ['carrying it out', ExecuteChangeSetCommand],
] as const)('a lost answer to %s makes nothing twice', async (_, command) => {
  const request = await server({})
  await losing(command, 'after', () => untilEnded(() => applyStack(on.context(), request)))
  expect(await untilEnded(() => applyStack(on.context(), request))).toMatchObject({ state: 'ready' })
  expect(await instances(request.name)).toHaveLength(1)
})

/** Runs until the first such call, which is lost before or after AWS has carried it out. */
async function losing(
  command: typeof CreateChangeSetCommand | typeof ExecuteChangeSetCommand,
  when: 'before' | 'after',
  run: () => Promise<unknown>,
): Promise<void> {
  const connection = await on.db.inOrganisation(on.organisationId, (tx) =>
    connectionOf(tx, on.cloudAccountId),
  )
  const { cloudFormation } = await on.cloud.sessions.clients(connection, 'stack', 'us-east-1')
  const send = cloudFormation.send.bind(cloudFormation)
  Object.assign(cloudFormation, {
    send: async (sent: Parameters<typeof send>[0]) => {
      const meant: boolean = sent instanceof command
      if (!meant) return send(sent)
      if (when === 'after') await send(sent)
      throw new Error('the answer was lost')
    },
  })
  try {
    await expect(run()).rejects.toThrow('the answer was lost')
  } finally {
    Object.assign(cloudFormation, { send })
  }
}

test('a change that an earlier request left half done is not taken for what is asked now', async () => {
  const request = await server({})
  const earlier = { ...request, config: { ...request.config, instanceType: 't3.large' } }
  // The change set is made and not carried out: the run that began it ends here.
  await losing(ExecuteChangeSetCommand, 'before', () => applyStack(on.context(), earlier))
  expect(await untilEnded(() => applyStack(on.context(), request))).toMatchObject({ state: 'ready' })
  expect(await instances(request.name)).toMatchObject([{ InstanceType: 't3.small' }])
  // And one that was carried out.
  await losing(ExecuteChangeSetCommand, 'after', () => applyStack(on.context(), earlier))
  expect(await untilEnded(() => applyStack(on.context(), request))).toMatchObject({ state: 'ready' })
  expect(await instances(request.name)).toMatchObject([{ InstanceType: 't3.small' }])
})

test('a deleted stack ends its instance and keeps its disk', async () => {
  const request = await server({ disks: [disk] })
  const made = await untilEnded(() => applyStack(on.context(), request))
  const volume = made.state === 'ready' ? made.outputs.DiskDataId : undefined
  expect(await untilEnded(() => deleteStack(on.context(), request.name))).toEqual({ state: 'gone' })
  expect(await instances(request.name)).toEqual([])
  const { Volumes } = await new EC2Client(on.aws.root(on.account)).send(
    new DescribeVolumesCommand({ VolumeIds: [volume ?? ''] }),
  )
  expect(Volumes).toMatchObject([{ State: 'available' }])
})

const disk = { name: 'data', device: '/dev/sdf', gigabytes: 20, type: 'gp3' }

const readBaseOf = () => on.db.inOrganisation(on.organisationId, (tx) => readBase(tx, on.context()))

type ServerRequest = Extract<StackRequest, { kind: 'server' }>

async function server(differs: Partial<ServerRequest['config']>): Promise<ServerRequest> {
  const base = await readBaseOf()
  const environmentId = newId('environment')
  const [first] = base.subnets
  if (!first) throw new Error('the base has no subnet')
  return {
    kind: 'server',
    name: `slipway-shop-${environmentId.slice(-13)}`,
    config: {
      account: on.account,
      region: 'us-east-1',
      organisationId: on.organisationId,
      environmentId,
      title: 'shop production',
      bucket: base.bucket,
      boundaryArn: boundaryArn(on.account, on.cloudAccountId),
      subnetId: first.subnetId,
      hostGroupId: base.hostGroupId,
      zone: first.zone,
      imageId: 'ami-0c2023a1b2c3d4e5f',
      instanceType: 't3.small',
      userData: Buffer.from('#!/bin/sh\n').toString('base64'),
      rootGigabytes: 10,
      disks: [],
      hasAlarm: true,
      ...differs,
    },
  }
}

async function instances(stack: string) {
  const { Reservations } = await new EC2Client(on.aws.root(on.account)).send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: 'tag:aws:cloudformation:stack-name', Values: [stack] },
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
      ],
    }),
  )
  return (Reservations ?? []).flatMap(({ Instances }) => Instances ?? [])
}

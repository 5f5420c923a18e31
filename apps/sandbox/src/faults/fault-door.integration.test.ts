import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { CreateVolumeCommand, DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { asRoot } from '../aws/accounts.ts'
import { projectFolder } from '../config.ts'
import { type Emulator, startEmulator } from '../parts/emulator.ts'
import { installPythonTools } from '../parts/python-tools.ts'
import { freeBase } from '../ports.ts'
import { type FaultDoor, startFaultDoor } from './fault-door.ts'

const account = '222222222222'
const state = mkdtempSync(join(tmpdir(), 'slipway-faults-'))
let emulator: Emulator
let door: FaultDoor
const once = () => ({ ...asRoot(door.url, account), maxAttempts: 1 })

beforeAll(async () => {
  const [port, tools] = await Promise.all([freeBase(), installPythonTools(join(projectFolder, '.local'))])
  emulator = await startEmulator({ state, port, tools })
  door = await startFaultDoor({ port: port + 1, upstreamPort: port })
}, 180_000)
afterEach(() => door.faults.endAll())
afterAll(async () => {
  await door?.stop()
  await emulator?.stop()
  rmSync(state, { recursive: true, force: true })
})

const template = JSON.stringify({ Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: {} } } })

test('without a fault calls go through as they are, objects of any size too', async () => {
  const s3 = new S3Client({ ...once(), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'whole' }))
  const body = Buffer.alloc(3_000_000, 'x')
  await s3.send(new PutObjectCommand({ Bucket: 'whole', Key: 'a/b', Body: body }))
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'whole', Key: 'a/b' }))
  expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(body)).toBe(true)
})

test('a call that is throttled twice is answered the third time, as the SDK tries it', async () => {
  const asked = door.faults.ask({ kind: 'throttled', service: 'ec2', times: 2 })
  await new EC2Client(asRoot(door.url, account)).send(new DescribeVolumesCommand({}))
  expect(asked.met).toEqual(new Array(2).fill({ account, service: 'ec2', action: 'DescribeVolumes' }))
})

test.each([
  [
    'ec2',
    'throttled',
    'RequestLimitExceeded',
    () => new EC2Client(once()).send(new DescribeVolumesCommand({})),
  ],
  [
    'ec2',
    'denied',
    'UnauthorizedOperation',
    () => new EC2Client(once()).send(new DescribeVolumesCommand({})),
  ],
  [
    'cloudformation',
    'throttled',
    'Throttling',
    () => new CloudFormationClient(once()).send(new DescribeStacksCommand({})),
  ],
  ['sqs', 'throttled', 'ThrottlingException', () => new SQSClient(once()).send(new ListQueuesCommand({}))],
  ['sqs', 'denied', 'AccessDeniedException', () => new SQSClient(once()).send(new ListQueuesCommand({}))],
  [
    's3',
    'throttled',
    'SlowDown',
    () => new S3Client({ ...once(), forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: 'busy' })),
  ],
] as const)('%s that is %s says %s', async (service, kind, name, call) => {
  door.faults.ask({ kind, service })
  await expect(call()).rejects.toMatchObject({ name })
})

test('a call of which the answer is lost is done all the same', async () => {
  const asked = door.faults.ask({ kind: 'answer lost', action: 'CreateStack', times: 1 })
  const cloudFormation = new CloudFormationClient(once())
  const create = new CreateStackCommand({ StackName: 'lost', TemplateBody: template })
  await expect(cloudFormation.send(create)).rejects.toThrow()
  expect(asked.met).toHaveLength(1)
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'lost' }))
  expect(Stacks).toHaveLength(1)
})

test('a call that is cut never reaches AWS', async () => {
  door.faults.ask({ kind: 'cut', action: 'CreateVolume' })
  const ec2 = new EC2Client(once())
  await expect(
    ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 })),
  ).rejects.toThrow()
  expect((await ec2.send(new DescribeVolumesCommand({}))).Volumes).toHaveLength(0)
})

test('another account is not met', async () => {
  door.faults.ask({ kind: 'denied', account: '333333333333' })
  await new EC2Client(once()).send(new DescribeVolumesCommand({}))
})

test('a fault for a time is over when the time is', async () => {
  const asked = door.faults.ask({ kind: 'throttled', service: 'ec2', forSeconds: 0.2 })
  await expect
    .poll(() =>
      new EC2Client(once()).send(new DescribeVolumesCommand({})).then(
        () => 'answered',
        () => 'refused',
      ),
    )
    .toBe('answered')
  expect(door.faults.list().find(({ id }) => id === asked.id)?.isOver).toBe(true)
})

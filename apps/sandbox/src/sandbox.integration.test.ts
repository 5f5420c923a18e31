import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  EC2Client,
  RebootInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asRoot } from './aws/accounts.ts'
import { startedAt } from './process/leftovers.ts'

const account = '222222222222'
const bucket = `slipway-${account}-test`
const state = mkdtempSync(join(tmpdir(), 'slipway-sandbox-test-'))
let running: ChildProcess
let url = ''

beforeAll(async () => {
  url = await start()
  const root = asRoot(url, account)
  const iam = new IAMClient(root)
  const s3 = new S3Client(root)
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'bootstrap.sh', Body: bootstrap }))
  const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }
  await iam.send(new CreateRoleCommand({ RoleName: 'host', AssumeRolePolicyDocument: policy(trust) }))
  const objects = ['s3:GetObject', 's3:PutObject']
  const may = { Effect: 'Allow', Action: objects, Resource: `arn:aws:s3:::${bucket}/*` }
  await iam.send(
    new PutRolePolicyCommand({ RoleName: 'host', PolicyName: 'bucket', PolicyDocument: policy(may) }),
  )
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'host' }))
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'host', RoleName: 'host' }))
}, 120_000)

afterAll(async () => {
  running.kill('SIGTERM')
  await new Promise((resolve) => running.once('exit', resolve))
  // What a body was writing when its namespace ended may still be on its way to the disk.
  rmSync(state, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

// What an instance says of itself goes to its bucket under its own id; each boot writes a line to both of its disks.
const bootstrap = `set -e
id=$(curl -sf -H "X-aws-ec2-metadata-token: $(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$AWS_EC2_METADATA_SERVICE_ENDPOINT/latest/api/token")" "$AWS_EC2_METADATA_SERVICE_ENDPOINT/latest/meta-data/instance-id")
without=$(curl -s -o /dev/null -w '%{http_code}' "$AWS_EC2_METADATA_SERVICE_ENDPOINT/latest/meta-data/instance-id")
echo "$id" >> /var/lib/boots
echo "$id" >> /data/boots
(sleep 73519 &)
{
  echo "without a token: $without"
  echo "first process: $(cat /proc/1/comm)"
  echo "node: $(node -v)"
  echo "boots of the root disk: $(wc -l < /var/lib/boots)"
  echo "boots of the volume: $(wc -l < /data/boots)"
  aws sts get-caller-identity
} | aws s3 cp - "s3://${bucket}/$id"
`

const userData = `#!/bin/sh
set -e
mkdir -p /etc/slipway
cat > /etc/slipway/host.json <<'JSON'
{"kind":"host","gatePort":20001,"disks":[{"name":"data","device":"/dev/sdf","path":"/data"}]}
JSON
aws s3 cp s3://${bucket}/bootstrap.sh /tmp/bootstrap.sh
sh /tmp/bootstrap.sh
`

let volume = ''
let first = ''

test('a running instance has a body with its role, its tools, its disk and a metadata endpoint that wants a token', async () => {
  const ec2 = new EC2Client(asRoot(url, account))
  const made = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
  volume = made.VolumeId ?? ''
  first = await launch(volume)
  const said = await wordsOf(first, 'boots of the volume: 1')
  expect(said).toContain('without a token: 401')
  expect(said).toContain('first process: sh')
  expect(said).toContain('node: v24')
  expect(said).toContain(`assumed-role/host/${first}`)
  expect(readFileSync(join(state, 'volumes', account, volume, 'boots'), 'utf8')).toBe(`${first}\n`)
}, 60_000)

test('a reboot runs the user data again, on the same disks', async () => {
  await new EC2Client(asRoot(url, account)).send(new RebootInstancesCommand({ InstanceIds: [first] }))
  expect(await wordsOf(first, 'boots of the volume: 2')).toContain('boots of the root disk: 2')
}, 60_000)

test('a volume outlives its instance and comes up in the next one that it is attached to', async () => {
  await new EC2Client(asRoot(url, account)).send(new TerminateInstancesCommand({ InstanceIds: [first] }))
  await until(() => !existsSync(join(state, 'bodies', account, first, 'root')))
  const second = await launch(volume)
  const said = await wordsOf(second, 'boots of the volume: 3')
  expect(said).toContain('boots of the root disk: 1')
}, 60_000)

test('when its parent is killed nothing is left running, and the next start boots what should run', async () => {
  const processes = recorded()
  expect(processes.map(({ name }) => name.slice(0, 4)).toSorted()).toEqual(['body', 'emul'])
  await new Promise((resolve) => setTimeout(resolve, 6000)) // the emulator writes its state every five seconds
  running.kill('SIGKILL')
  await until(() => processes.every(({ pid, since }) => startedAt(pid) !== since))
  expect(sleepers()).toBe(0)
  url = await start()
  const [body] = await until(() => recorded().filter(({ name }) => name.startsWith('body')))
  expect(
    await wordsOf(/i-[0-9a-f]+/.exec(body?.name ?? '')?.[0] ?? '', 'boots of the volume: 4'),
  ).toBeTruthy()
}, 90_000)

test('what is left of a sandbox whose tether was killed too is ended at the next start', async () => {
  const before = recorded().find(({ name }) => name === 'emulator')
  const lone = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })
  lone.unref()
  const { writeFileSync } = await import('node:fs')
  const record = { pid: lone.pid, startedAt: startedAt(lone.pid ?? 0), command: 'sleep' }
  writeFileSync(join(state, 'processes/leftover.json'), JSON.stringify(record))
  running.kill('SIGTERM')
  await new Promise((resolve) => running.once('exit', resolve))
  url = await start()
  await until(() => startedAt(lone.pid ?? 0) === undefined)
  expect(recorded().find(({ name }) => name === 'emulator')?.pid).not.toBe(before?.pid)
}, 60_000)

async function start(): Promise<string> {
  const program = fileURLToPath(new URL('./parts/run-emulator.ts', import.meta.url))
  running = spawn(process.execPath, [program, '0', state, '--bodies'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!running.stdout) throw new Error('no output')
  for await (const line of createInterface({ input: running.stdout })) {
    const found = /^emulator (\S+)/.exec(line)?.[1]
    if (found) {
      running.stdout.resume()
      return found
    }
  }
  throw new Error('the emulator did not start')
}

async function launch(volumeId: string): Promise<string> {
  const ec2 = new EC2Client(asRoot(url, account))
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-0c2023a1b2c3d4e5f',
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      IamInstanceProfile: { Name: 'host' },
      UserData: Buffer.from(userData).toString('base64'),
    }),
  )
  const id = Instances?.[0]?.InstanceId ?? ''
  await ec2.send(new AttachVolumeCommand({ InstanceId: id, VolumeId: volumeId, Device: '/dev/sdf' }))
  return id
}

/** What the instance wrote to its bucket, once that has these words in it. */
function wordsOf(id: string, words: string): Promise<string> {
  const s3 = new S3Client(asRoot(url, account))
  return until(async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: id }))
    const text = (await Body?.transformToString()) ?? ''
    return text.includes(words) ? text : undefined
  })
}

function recorded(): { name: string; pid: number; since: string }[] {
  const folder = join(state, 'processes')
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return files.map((file) => {
    const { pid, startedAt: since } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    return { name: file.replace('.json', ''), pid, since }
  })
}

/** The `sleep 73519` that each boot leaves in the background, of this test's bodies. */
function sleepers(): number {
  const found = readdirSync('/proc').filter((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8') === 'sleep\x0073519\x00'
    } catch {
      return false
    }
  })
  return found.length
}

function policy(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

async function until<T>(ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (let turn = 0; turn < 600; turn++) {
    const answer = await Promise.resolve()
      .then(ask)
      .catch(() => undefined)
    if (answer && !(Array.isArray(answer) && answer.length === 0)) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`it did not come about: ${ask}`)
}

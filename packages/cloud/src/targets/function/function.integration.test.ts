import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { LambdaClient, ListVersionsByFunctionCommand } from '@aws-sdk/client-lambda'
import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { type EnvironmentId, newId, stoppedClock } from '@slipway/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { readBase } from '../../base/ensure-base.ts'
import { templateVersion, templateVersionWithFunctions } from '../../connect/template.ts'
import { readStandingCosts } from '../../costs/read-standing-costs.ts'
import { functionName } from '../../names.ts'
import { hostName } from '../../publish-name.ts'
import { type ConnectedAccount, connectAccount, untilEnded } from '../../testing/connected-account.ts'
import { platformAccount } from '../../testing/emulated-aws.ts'
import type { DeployContext, Memory, StepResult } from '../target.ts'
import type { FunctionConfig, FunctionService } from './function-config.ts'
import { lambdaFunction } from './index.ts'

let on: ConnectedAccount
let environmentId: EnvironmentId
const clock = stoppedClock(new Date())
const region = 'eu-central-1'
let isWanted = true
let isStopping = false

beforeAll(async () => {
  on = await connectAccount(clock)
  on.cloud.config.edgeEndpoint = on.aws.endpoint
  environmentId = await addEnvironment()
})
afterAll(() => on?.close())

test('an account whose connect stack is too old is told so, and nothing is made', async () => {
  await setTemplateVersion(templateVersionWithFunctions - 1)
  await expect(run(await deploy('a'), 'edge', {})).rejects.toMatchObject({
    fields: { code: 'cloud-account-before-functions' },
  })
  await setTemplateVersion(templateVersion)
})

test('the first release answers through CloudFront, under the name and the address of the visitor', async () => {
  const { result } = await runAll(await deploy('a'))
  expect(result).toEqual({ state: 'done', memory: expect.anything() })
  const { status, body } = await visit('web', '/hello?a=b', { 'x-forwarded-for': '6.6.6.6' })
  expect(status).toBe(200)
  expect(JSON.parse(body)).toEqual({
    release: 'a',
    url: '/hello?a=b',
    host: hostName(on.cloud, 'web-api-abc123'),
    client: '127.0.0.1',
    proto: 'https',
  })
})

test('a web socket is refused in words', async () => {
  const { status, body } = await visit('web', '/', {
    'sec-websocket-key': 'x',
    'sec-websocket-version': '13',
  })
  expect([status, body]).toEqual([501, expect.stringContaining('kind: server')])
})

test('the next release is a version more, and the way back needs none', async () => {
  expect((await runAll(await deploy('b'))).result).toMatchObject({ state: 'done' })
  expect(await released()).toBe('b')
  const before = await versions()
  expect((await runAll(await deploy('a'))).result).toMatchObject({ state: 'done' })
  expect(await released()).toBe('a')
  expect(await versions()).toEqual(before)
})

test('it costs nothing while nobody comes, but for its release in the bucket', async () => {
  const costs = await on.db.inOrganisation(on.organisationId, (tx) => readStandingCosts(tx, [environmentId]))
  expect(costs.get(environmentId)?.lines).toEqual([
    { what: expect.stringContaining('while nobody comes'), microDollars: 0n },
    { what: 'Release in S3', microDollars: expect.any(BigInt) },
  ])
})

test('a release that answers badly is never led to, and what is live stays', async () => {
  const of = await deploy('bad', { health: { path: '/', timeoutSeconds: 0 } })
  expect((await runAll(of)).result).toMatchObject({
    state: 'failed',
    error: {
      code: 'app-function-answers-badly',
      why: expect.stringContaining('It answered 500'),
      details: ['bad was asked for /'],
    },
  })
  expect(await released()).toBe('a')
})

test('each step may run again, in the midst of it or after its end', async () => {
  const of = await deploy('c')
  let memory: Memory = {}
  for (const { name } of lambdaFunction.steps) {
    for (let times = 0; times < 2; times++) {
      const result = await run(of, name, memory)
      expect([name, result.state]).toEqual([name, 'done'])
      if (times === 1 && 'memory' in result) memory = { ...memory, ...result.memory }
    }
  }
  expect(await released()).toBe('c')
})

test('a deployment that is cancelled after the switch goes back, and before it touches nothing', async () => {
  const of = await deploy('d')
  isWanted = false
  const { memory } = await runAll(of, ['switch'])
  const noted = await run(of, 'switch', memory, 1)
  if (!('memory' in noted)) throw new Error('it remembers what was live')
  expect(await run(of, 'switch', { ...memory, ...noted.memory }, 1)).toMatchObject({ state: 'wait' })
  expect(await released()).toBe('c')
  isWanted = true
  isStopping = true
  expect(await run(of, 'switch', { ...memory, ...noted.memory })).toMatchObject({
    state: 'failed',
    error: { code: 'command-cancelled' },
  })
  isStopping = false
  expect(await released()).toBe('c')
})

test('variables that a function has no room for are refused in words', async () => {
  const of = await deploy('e')
  of.config.variables = { LONG: 'x'.repeat(5000) }
  expect((await runAll(of)).result).toMatchObject({
    state: 'failed',
    error: { code: 'function-variables-too-large' },
  })
})

test('a service that is left out answers no more under its name, and goes with the deployment after', async () => {
  const both = await deploy('f')
  both.config.services = [...both.config.services, service('admin')]
  expect((await runAll(both)).result).toMatchObject({ state: 'done' })
  expect(await released('admin')).toBe('f')
  expect((await runAll(await deploy('g'))).result).toMatchObject({ state: 'done' })
  expect((await names()).filter((name) => name.startsWith('admin-'))).toEqual([])
  expect(await versions('admin')).not.toEqual([])
  expect((await runAll(await deploy('h'))).result).toMatchObject({ state: 'done' })
  await expect(versions('admin')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

test('what is removed leaves no name and no function', async () => {
  const of = { environmentId, publicNames: ['web-api-abc123', 'admin-api-abc123'] }
  const at = context(await deploy('a'))
  expect(await untilEnded(() => lambdaFunction.remove(at, of))).toEqual({ state: 'gone' })
  expect(await lambdaFunction.remove(at, of)).toEqual({ state: 'gone' })
  expect(await names()).toEqual([])
  await expect(versions()).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

type Deployment = {
  id: ReturnType<typeof newId<'deployment'>>
  config: Mutable<FunctionConfig>
  bytes: Buffer
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const health: FunctionService['health'] = { path: '/', timeoutSeconds: 60 }

function service(name: string, given: Partial<FunctionService> = {}): FunctionService {
  return { name, run: 'node server.mjs', root: '', publicName: `${name}-api-abc123`, health, ...given }
}

const server = `import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
const release = readFileSync('release', 'utf8')
createServer(({ url, headers }, response) => {
  if (release === 'bad') console.log(release, 'was asked for', url)
  response.statusCode = release === 'bad' ? 500 : 200
  const client = headers['x-forwarded-for'].split(',')[0]
  response.end(JSON.stringify({ release, url, host: headers['x-forwarded-host'], client, proto: headers['x-forwarded-proto'] }))
}).listen(process.env.AWS_LWA_PORT)
`

/** What a runner would have put into the bucket. */
async function deploy(release: string, given: Partial<FunctionService> = {}): Promise<Deployment> {
  const zip = new ZipFile()
  const start = '#!/bin/sh\nexec node server.mjs\n'
  const mtime = new Date(0)
  zip.addBuffer(Buffer.from(start), '.slipway/start.sh', { mode: 0o100755, mtime })
  zip.addBuffer(Buffer.from(server), 'server.mjs', { mode: 0o100644, mtime })
  zip.addBuffer(Buffer.from(release), 'release', { mode: 0o100644, mtime })
  zip.end()
  const bytes = await buffer(Readable.from(zip.outputStream))
  const key = `environments/${environmentId}/releases/${release}.zip`
  return {
    id: newId('deployment'),
    bytes,
    config: {
      environmentId,
      app: 'api',
      environment: 'production',
      services: [service('web', given)],
      memoryMegabytes: 512,
      variables: {},
      secrets: [],
      release: {
        number: 1,
        key,
        digest: createHash('sha256').update(bytes).digest('hex'),
        sizeBytes: bytes.length,
        architecture: 'arm64',
      },
      builtAt: undefined,
    },
  }
}

async function putRelease({ bytes, config }: Deployment): Promise<void> {
  const s3 = new S3Client({ ...on.aws.root(on.account), region, forcePathStyle: true })
  const { bucket } = await on.db.inOrganisation(on.organisationId, (tx) =>
    readBase(tx, { ...on.context(), region }),
  )
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: config.release.key, Body: bytes }))
}

function context({ id, config }: Deployment, memory: Memory = {}): DeployContext<FunctionConfig> {
  const begin = async () => isWanted
  return { ...on.context(), region, memory, deploymentId: id, config, begin, isStopping }
}

/** All steps up to those of `but`, each until it ends. */
async function runAll(of: Deployment, but: string[] = []): Promise<{ result: StepResult; memory: Memory }> {
  let memory: Memory = {}
  let result: StepResult = { state: 'done' }
  for (const { name } of lambdaFunction.steps) {
    if (but.includes(name)) return { result, memory }
    result = await run(of, name, memory)
    if (result.state === 'failed') return { result, memory }
    if ('memory' in result) memory = { ...memory, ...result.memory }
  }
  return { result, memory }
}

/** One step until it ends, or so many times; the clock goes on by what a step waits. */
async function run(of: Deployment, name: string, given: Memory, times = Infinity): Promise<StepResult> {
  let memory = given
  const step = lambdaFunction.steps.find((each) => each.name === name)
  if (!step) throw new Error(`there is no step ${name}`)
  const once = async () => {
    const result = await step.run(context(of, memory))
    if ('memory' in result && result.memory) memory = { ...memory, ...result.memory }
    if (result.state === 'wait') clock.advance(result.until.getTime() - clock.now().getTime())
    return result
  }
  const result = times === 1 ? await once() : await untilEnded(once)
  if (name === 'base' && result.state === 'done') await putRelease(of)
  return result
}

type Answer = { status: number; body: string }

/** Through CloudFront, as DNS would lead there. */
function visit(name: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { hostname, port } = new URL(on.aws.endpoint)
  const host = hostName(on.cloud, `${name}-api-abc123`)
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, headers: { ...headers, host } }, (response) => {
      let body = ''
      response.on('data', (piece) => {
        body += piece
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

async function released(name = 'web'): Promise<string> {
  return JSON.parse((await visit(name, '/')).body).release
}

async function versions(name = 'web'): Promise<(string | undefined)[]> {
  const lambda = new LambdaClient({ ...on.aws.root(on.account), region })
  const FunctionName = functionName(environmentId, name)
  const { Versions = [] } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }))
  return Versions.map(({ Version }) => Version)
}

/** Names in the apps' zone. */
async function names(): Promise<string[]> {
  const route53 = new Route53Client(on.aws.root(platformAccount))
  const { ResourceRecordSets = [] } = await route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: on.cloud.config.appsZoneId }),
  )
  return ResourceRecordSets.flatMap(({ Name = '', Type }) => (Type === 'CNAME' ? [Name] : []))
}

async function setTemplateVersion(version: number): Promise<void> {
  await on.db.inOrganisation(on.organisationId, (tx) =>
    tx.cloudAccount.update({ where: { id: on.cloudAccountId }, data: { templateVersion: version } }),
  )
}

async function addEnvironment(): Promise<EnvironmentId> {
  const { organisationId, cloudAccountId } = on
  const now = clock.now()
  const id = newId('environment')
  const appId = newId('app')
  const where = { organisationId, cloudAccountId, region, createdAt: now }
  await on.db.inOrganisation(organisationId, async (tx) => {
    await tx.app.create({ data: { ...where, id: appId, name: 'api', createdBy: 'usr_test' } })
    await tx.environment.create({ data: { ...where, id, appId, name: 'production', gatePort: 80 } })
  })
  return id
}

import { ACMClient, ListCertificatesCommand } from '@aws-sdk/client-acm'
import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53'
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { type EnvironmentId, isId, newId, stoppedClock } from '@slipway/core'
import { endCommand, expectHost, hostConnected } from '@slipway/hosts'
import { hostCommand, notFoundFile, protocolVersion, type SiteList } from '@slipway/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readBase } from '../../base/ensure-base.ts'
import { templateVersion, templateVersionWithSites } from '../../connect/template.ts'
import { readStandingCosts } from '../../costs/read-standing-costs.ts'
import { askEdge } from '../../edge/ask-edge.ts'
import { hostName } from '../../publish-name.ts'
import { type ConnectedAccount, connectAccount, untilEnded } from '../../testing/connected-account.ts'
import { platformAccount } from '../../testing/emulated-aws.ts'
import type { DeployContext, Memory, StepResult } from '../target.ts'
import { staticSite } from './index.ts'
import { siteOf } from './site-of.ts'
import type { StaticConfig } from './static-config.ts'

let on: ConnectedAccount
let environmentId: EnvironmentId
const clock = stoppedClock(new Date())
const region = 'eu-central-1'
const publicName = 'web-docs-abc123'
/** What the deployment is told by whoever runs it. */
let isWanted = true
let isStopping = false

beforeAll(async () => {
  on = await connectAccount(clock)
  on.cloud.config.edgeEndpoint = on.aws.endpoint
  environmentId = await addEnvironment()
  await runnerConnects()
})
afterAll(() => on?.close())

test('an account whose connect stack is too old is told so, and nothing is made', async () => {
  await setTemplateVersion(templateVersionWithSites - 1)
  await expect(run(deploy('a'), 'edge', {})).rejects.toMatchObject({
    fields: { code: 'cloud-account-before-sites' },
  })
  await setTemplateVersion(templateVersion)
})

test('the first release makes the distribution, proves its names, and answers through CloudFront', async () => {
  const { result, memory } = await runAll(deploy('a'))
  expect(result).toEqual({ state: 'done', memory: expect.anything() })
  expect(memory.switchedAt).toBeDefined()
  expect(await ask('/')).toEqual({ status: 200, release: build('a') })
  expect(await ask('/nothing')).toEqual({ status: 404, release: build('a') })
  const records = await recordsOfZone()
  const { domain } = await siteOf(context(deploy('a')), environmentId)
  expect(records).toContainEqual(['web-docs-abc123.apps.example.', 'CNAME', domain])
  expect(
    records.some(([name, type]) => type === 'CNAME' && /^_.*\.web-docs-abc123\.apps\.example\.$/.test(name)),
  ).toBe(true)
})

test('what lies beside a site in the bucket is not CloudFront’s to read', async () => {
  const { domain } = await siteOf(context(deploy('a')), environmentId)
  const host = hostName(on.cloud, publicName)
  const path = `/..%2f..%2f..%2f..%2fslipway/bootstrap.sh`
  expect(await askEdge({ domain, host, path }, on.aws.endpoint)).toMatchObject({ status: 404 })
})

test('the next release is one value more; nothing is made anew, and back again needs no runner', async () => {
  const { result } = await runAll(deploy('b'))
  expect(result).toMatchObject({ state: 'done' })
  expect(await ask('/')).toEqual({ status: 200, release: build('b') })
  const commands = await commandCount()
  expect((await runAll(deploy('a'))).result).toMatchObject({ state: 'done' })
  expect(await ask('/')).toEqual({ status: 200, release: build('a') })
  expect(await commandCount()).toBe(commands)
  const costs = await on.db.inOrganisation(on.organisationId, (tx) => readStandingCosts(tx, [environmentId]))
  expect(costs.get(environmentId)?.lines.map(({ microDollars }) => microDollars)).toEqual([0n, 0n])
})

test('each step may run again, in the midst of it or after its end', async () => {
  let memory: Memory = {}
  for (const { name } of staticSite.steps) {
    for (let times = 0; times < 2; times++) {
      const result = await run(deploy('c'), name, memory)
      expect([name, result.state]).toEqual([name, 'done'])
      if (times === 1 && 'memory' in result) memory = { ...memory, ...result.memory }
    }
  }
  expect(await ask('/')).toEqual({ status: 200, release: build('c') })
})

test('a release that does not answer its page is undone, and what was live answers again', async () => {
  const of = deploy('d', { healthPath: '/not-there' })
  const { result } = await runAll(of)
  expect(result).toMatchObject({
    state: 'failed',
    error: { code: 'app-site-answers-badly', what: expect.stringContaining('404 at /not-there') },
  })
  expect(await ask('/')).toEqual({ status: 200, release: build('c') })
})

test('a release that is cancelled after the switch goes back, and before it touches nothing', async () => {
  isWanted = false
  const { memory } = await runAll(deploy('e'), ['switch'])
  expect(await run(deploy('e'), 'switch', memory, false)).toMatchObject({ state: 'wait' })
  expect(await ask('/')).toEqual({ status: 200, release: build('c') })
  isWanted = true
  isStopping = true
  expect(await run(deploy('e'), 'switch', memory)).toMatchObject({
    state: 'failed',
    error: { code: 'command-cancelled' },
  })
  isStopping = false
  expect(await ask('/')).toEqual({ status: 200, release: build('c') })
})

test('under many releases the store forgets the oldest, and a way back to one of them writes it again', async () => {
  for (const letter of ['f', '0', '1', '2', '3'])
    expect((await runAll(deploy(letter))).result.state).toBe('done')
  expect((await runAll(deploy('a'))).result).toMatchObject({ state: 'done' })
  expect(await ask('/')).toEqual({ status: 200, release: build('a') })
})

test('a removed site leaves no name, no file and no certificate', async () => {
  const names = { environmentId, publicNames: [publicName] }
  expect(await untilEnded(() => staticSite.remove(context(deploy('a')), names))).toEqual({ state: 'gone' })
  expect(await staticSite.remove(context(deploy('a')), names)).toEqual({ state: 'gone' })
  expect((await recordsOfZone()).filter(([, type]) => type === 'CNAME')).toEqual([])
  const { Contents = [] } = await s3().send(
    new ListObjectsV2Command({ Bucket: await bucket(), Prefix: 'sites/' }),
  )
  expect(Contents).toEqual([])
  const acm = new ACMClient(on.aws.root(on.account))
  const { CertificateSummaryList } = await acm.send(new ListCertificatesCommand({}))
  expect(CertificateSummaryList).toEqual([])
})

const digest = (letter: string) => letter.repeat(64)
const build = (letter: string) => letter.repeat(16)

type Deployment = { id: ReturnType<typeof newId<'deployment'>>; config: StaticConfig }

function deploy(letter: string, { healthPath = '/' } = {}): Deployment {
  return {
    id: newId('deployment'),
    config: {
      environmentId,
      app: 'docs',
      environment: 'production',
      services: [{ name: 'web', folder: '', publicName, healthPath }],
      release: {
        number: 1,
        key: `environments/${environmentId}/releases/${letter}.tar.gz`,
        digest: digest(letter),
        sizeBytes: 100,
      },
      builtAt: undefined,
    },
  }
}

function context({ id, config }: Deployment, memory: Memory = {}): DeployContext<StaticConfig> {
  return {
    ...on.context(),
    region,
    memory,
    deploymentId: id,
    config,
    begin: async () => isWanted,
    isStopping,
  }
}

/** All steps up to those of `but`, each until it ends. */
async function runAll(of: Deployment, but: string[] = []): Promise<{ result: StepResult; memory: Memory }> {
  let memory: Memory = {}
  let result: StepResult = { state: 'done' }
  for (const { name } of staticSite.steps) {
    if (but.includes(name)) return { result, memory }
    result = await run(of, name, memory)
    if (result.state === 'failed') return { result, memory }
    if ('memory' in result) memory = { ...memory, ...result.memory }
  }
  return { result, memory }
}

async function run(of: Deployment, name: string, given: Memory, untilEnd = true): Promise<StepResult> {
  let memory = given
  const step = staticSite.steps.find((each) => each.name === name)
  if (!step) throw new Error(`there is no step ${name}`)
  const once = async () => {
    const result = await step.run(context(of, memory))
    if ('memory' in result && result.memory) memory = { ...memory, ...result.memory }
    await runnerLaysOut()
    return result
  }
  return untilEnd ? untilEnded(once) : once()
}

/** What a runner does when it is told: puts the files of a small site, then their list. */
async function runnerLaysOut(): Promise<void> {
  const open = await on.db.inOrganisation(on.organisationId, (tx) =>
    tx.hostCommand.findMany({ where: { kind: 'site', endedAt: null } }),
  )
  for (const row of open) {
    const command = hostCommand.parse(row.command)
    if (command.kind !== 'site' || !isId('host', row.hostId) || !isId('hostCommand', row.id)) continue
    const { spec } = command
    const put = (Key: string, Body: string, Metadata?: Record<string, string>) =>
      s3().send(
        new PutObjectCommand({
          Bucket: spec.bucket,
          Key,
          Body,
          ContentType: 'text/html',
          ...(Metadata && { Metadata }),
        }),
      )
    const release = spec.prefix.split('/').at(-2) ?? ''
    await put(`${spec.prefix}web/index.html`, `<h1>${release}</h1>`, { release })
    await put(`${spec.prefix}web/${notFoundFile}`, 'not here', { release, status: '404' })
    const list: SiteList = {
      sizeBytes: 20,
      services: [
        {
          name: 'web',
          files: [{ path: 'index.html', isImmutable: false }],
          redirects: [],
          hasNotFoundPage: true,
        },
      ],
    }
    await put(spec.listKey, JSON.stringify(list))
    const of = {
      hostId: row.hostId,
      id: row.id,
      outcome: { ok: true as const, output: { files: 2, sizeBytes: 20 } },
    }
    await on.db.inOrganisation(on.organisationId, (tx) => endCommand(tx, of, clock))
  }
}

async function runnerConnects(): Promise<void> {
  const { organisationId, cloudAccountId } = on
  await on.db.inOrganisation(organisationId, async (tx) => {
    const place = { organisationId, cloudAccountId, region, kind: 'runner' as const }
    const id = await expectHost(tx, place, { architecture: 'x64', instanceType: 't3.medium' }, clock)
    const boot = '4d4a3b9c-6a0e-4d1e-9f6a-2f1d5a0c7b12'
    const hello = { agent: 'test', protocol: protocolVersion, boot, architecture: 'x64' as const }
    await hostConnected(tx, id, hello, clock)
  })
}

async function ask(path: string) {
  const { domain } = await siteOf(context(deploy('a')), environmentId)
  return askEdge({ domain, host: hostName(on.cloud, publicName), path }, on.aws.endpoint)
}

const s3 = () => new S3Client({ ...on.aws.root(on.account), region, forcePathStyle: true })

const bucket = () =>
  on.db.inOrganisation(
    on.organisationId,
    async (tx) => (await readBase(tx, { ...on.context(), region })).bucket,
  )

const commandCount = () =>
  on.db.inOrganisation(on.organisationId, (tx) => tx.hostCommand.count({ where: { kind: 'site' } }))

async function setTemplateVersion(version: number): Promise<void> {
  await on.db.inOrganisation(on.organisationId, (tx) =>
    tx.cloudAccount.update({ where: { id: on.cloudAccountId }, data: { templateVersion: version } }),
  )
}

async function recordsOfZone(): Promise<[name: string, type: string, value: string][]> {
  const route53 = new Route53Client(on.aws.root(platformAccount))
  const { ResourceRecordSets = [] } = await route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: on.cloud.config.appsZoneId }),
  )
  return ResourceRecordSets.map(({ Name = '', Type = '', ResourceRecords = [] }) => [
    Name,
    Type,
    ResourceRecords[0]?.Value ?? '',
  ])
}

async function addEnvironment(): Promise<EnvironmentId> {
  const { organisationId, cloudAccountId } = on
  const now = clock.now()
  const id = newId('environment')
  const appId = newId('app')
  const where = { organisationId, cloudAccountId, region, createdAt: now }
  await on.db.inOrganisation(organisationId, async (tx) => {
    await tx.app.create({ data: { ...where, id: appId, name: 'docs', createdBy: 'usr_test' } })
    await tx.environment.create({ data: { ...where, id, appId, name: 'production', gatePort: 80 } })
  })
  return id
}

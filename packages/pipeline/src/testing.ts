import { randomBytes } from 'node:crypto'
import { type Cloud, openCloud } from '@slipway/cloud'
import { asId, type Clock, makeLog, newId, type OrganisationId, type UserId } from '@slipway/core'
import type { Database } from '@slipway/db'

import { type App, environmentsOf, findEnvironment } from '@slipway/environments'
import { expectHost, storeMinute } from '@slipway/hosts'
import { type Handler, runJob } from '@slipway/jobs'
import { plan, treeOf } from '@slipway/manifest'
import type { Commit, PushOutcome } from '@slipway/sources'
import { advanceExecutionHandler } from './advance-execution.ts'
import { checksFrom } from './gates/index.ts'
import { handlersWith } from './jobs.ts'
import { lockPipeline } from './pipeline-rows.ts'
import { receivePush } from './receive-push.ts'
import { stageFor, startExecution } from './start-execution.ts'

/**
 * Runs every job that is due and has a handler here, one after another, until none is: what the worker does,
 * in the test's own thread and by its clock. Returns the names of what ran.
 */
export async function runDueJobs(
  db: Database,
  clock: Clock,
  handlers: readonly Handler[],
): Promise<string[]> {
  const byName = new Map(handlers.map((handler) => [handler.job.name, handler]))
  const stopping = new AbortController().signal
  const ran: string[] = []
  for (let round = 0; round < 500; round++) {
    const next = await db.inSystem('relay the outbox', (tx) =>
      tx.outbox.findFirst({
        where: {
          doneAt: null,
          failedAt: null,
          dueAt: { lte: clock.now() },
          name: { in: [...byName.keys()] },
        },
        orderBy: { id: 'asc' },
        select: { id: true, name: true },
      }),
    )
    if (next === null) return ran
    ran.push(next.name)
    await runJob({ db, clock, log: makeLog('test', 'silent'), handlers: byName, stopping }, next.id)
  }
  throw new Error('jobs went on for ever')
}

/** The one job that only moves executions on, for tests above that run no builds and deployments. */
export { advanceExecutionHandler } from './advance-execution.ts'

type TestSettings = Parameters<typeof handlersWith>[0]

/**
 * What the worker does for this package where nothing outside is there: AWS answers nothing, every build is done at once,
 * and so is every deployment. A test says otherwise where it wants to.
 */
export function testHandlers(db: Database, settings: Partial<TestSettings> = {}): Handler[] {
  return handlersWith({
    cloud: unreachableCloud(db),
    gitUrl: (organisation, app) => `http://slipway.test/git/${organisation}/${app}.git`,
    gatePorts: { first: 20_000, last: 20_999 },
    hookAnswerUrl: (token) => `http://slipway.test/webhooks/hook-answers/${token}`,
    executionUrl: (organisation, app, number) =>
      `http://slipway.test/o/${organisation}/apps/${app}/executions/${number}`,
    sealing: { key: 'a key of the installation' },
    runBuild: builtAs(() => 'a'.repeat(64)),
    runTarget: async () => ({ state: 'done', memory: {} }),
    ...settings,
  })
}

/** A build that is done at once, with this digest. */
export function builtAs(digest: () => string): TestSettings['runBuild'] {
  return async () => ({
    state: 'done',
    memory: { digest: digest(), sizeBytes: '1234', architecture: 'arm64' },
  })
}

const nothingListens = 'http://127.0.0.1:1'

/** A cloud of which nothing answers: whatever asks AWS for something fails. */
export function unreachableCloud(db: Database): Cloud {
  return openCloud(
    {
      awsRegion: 'us-east-1',
      awsEndpoint: nothingListens,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      platformAccount: '111122223333',
      platformPrincipal: 'arn:aws:iam::111122223333:role/slipway-worker',
      announceTopicArn: 'arn:aws:sns:us-east-1:111122223333:slipway-announce',
      announceQueueUrl: nothingListens,
      announceResponseOrigins: [],
      templateUrl: nothingListens,
      consoleUrl: nothingListens,
      appsZoneId: 'Z1',
      appsDomain: 'apps.test',
      hostEndpoint: 'ws://127.0.0.1:1/agent',
      agent: { programPaths: [], bootstrapPath: '' },
    },
    db,
  )
}

/**
 * Redeploys the newest release of an app's `production` behind an approval by any member, and comes to where that is
 * asked. Only rows; nothing is deployed.
 */
export async function waitForApproval(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; by: UserId },
  clock: Clock,
): Promise<{ number: number; path: string }> {
  const approval = { line: 1, kind: 'approve' as const, by: [], notAuthors: false, expiresSeconds: 3600 }
  const { number } = await db.inOrganisation(organisationId, async (tx) => {
    const { app, environment } = await findEnvironment(tx, organisationId, asked.app, 'production')
    await lockPipeline(tx, app.id)
    const release = await tx.release.findFirstOrThrow({
      where: { environmentId: environment.id },
      orderBy: { number: 'desc' },
    })
    const before = checksFrom([approval], { monitors: [], regions: [] })
    return startExecution(
      tx,
      {
        organisationId,
        appId: app.id,
        revisionId: asId('revision', release.revisionId),
        by: asked.by,
        event: {
          type: 'received',
          at: clock.now().toISOString(),
          kind: 'redeploy',
          order: 0,
          deploysByItself: true,
          releaseId: asId('release', release.id),
          stages: [{ ...stageFor(environment), before }],
          error: null,
        },
      },
      clock,
    )
  })
  await runDueJobs(db, clock, [advanceExecutionHandler()])
  return { number, path: 'production/before/0' }
}

/** An app that needs nothing: a Procfile and an executable. */
const runs = { Procfile: 'web: ./run\n', run: { executable: '#!/bin/sh\n' } }

export type TestPush = {
  app: Pick<App, 'id' | 'organisationId'>
  by: UserId
  branch?: string
  /** Of the head; at random unless a commit is to be pushed again. */
  sha?: string
  /** Addresses of the commits' authors, oldest first: one commit each. */
  authors?: readonly string[]
  /** Besides an executable that runs, or instead of it where these hold a Procfile. */
  files?: Parameters<typeof treeOf>[0]
}

/** What the git remote does with a push, in the test's own thread. Answers the head's name too. */
export async function pushTo(
  db: Database,
  clock: Clock,
  { app, by, branch = 'main', sha, authors = ['ines@example.com'], files = {} }: TestPush,
): Promise<{ sha: string; outcome: PushOutcome }> {
  const commits = authors.map((authorEmail, index): Commit => {
    const isHead = index === authors.length - 1
    const name = (isHead ? sha : undefined) ?? randomBytes(20).toString('hex')
    const subject = `Change ${name.slice(0, 7)}`
    return { sha: name, authorName: 'Ines', authorEmail, authoredAt: clock.now(), subject, message: subject }
  })
  const head = commits.at(-1)
  if (head === undefined) throw new RangeError('a push has a commit')
  const what = {
    id: newId('push'),
    organisationId: app.organisationId,
    appId: app.id,
    ref: `refs/heads/${branch}`,
    before: '0'.repeat(40),
    after: head.sha,
    by,
    receivedAt: clock.now(),
    commits: commits.toReversed(),
    head,
    plan: await plan(treeOf('Procfile' in files ? files : { ...runs, ...files })),
  }
  const outcome = await db.inOrganisation(app.organisationId, (tx) =>
    receivePush(tx, what, { clock, db, gatePorts: { first: 20_000, last: 20_999 } }),
  )
  return { sha: head.sha, outcome }
}

/** How long all requests of a minute took, in milliseconds. */
export type AnsweredWithin = 'ten' | 'tenThousand'

/** What the host of an app's first environment tells of the minute that has just ended; there is one from then on. */
export async function tellMinute(
  db: Database,
  clock: Clock,
  { id: appId, organisationId }: Pick<App, 'id' | 'organisationId'>,
  { requests, within = 'ten' }: { requests: number; within?: AnsweredWithin | undefined },
): Promise<void> {
  const latency = new Array(14).fill(0)
  latency[within === 'ten' ? 3 : 12] = requests
  const minute = new Date(Math.floor(clock.now().getTime() / 60_000) * 60_000 - 60_000).toISOString()
  await db.inOrganisation(organisationId, async (tx) => {
    const [environment] = await environmentsOf(tx, appId)
    if (environment === undefined) throw new Error('no environment')
    const { id: environmentId, cloudAccountId, region } = environment
    const known = await tx.host.findFirst({ where: { environmentId } })
    const place = { organisationId, cloudAccountId, region, kind: 'host' as const, environmentId }
    const hostId = known ? asId('host', known.id) : await expectHost(tx, place, {}, clock)
    const service = await tx.service.findFirst({ where: { environmentId } })
    const serviceId = service ? asId('service', service.id) : newId('service')
    const host = { cpuPercent: 1, memoryBytes: 1, memoryTotalBytes: 2, diskBytes: 1, diskTotalBytes: 2 }
    const services = [{ serviceId, requests, errors: 0, latency, cpuMilliseconds: 0, memoryBytes: 0 }]
    const told = { organisationId, hostId, environmentId, minute: { minute, ...host, services } }
    await storeMinute(tx, told, clock)
  })
}

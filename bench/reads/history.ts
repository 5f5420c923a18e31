import { createHash, randomBytes } from 'node:crypto'
import { type EnvironmentId, newId, type ReleaseId, type UserId } from '../../packages/core/src/index.ts'
import type { Tx } from '../../packages/db/src/index.ts'
import { type App, environmentsOf } from '../../packages/environments/src/index.ts'
import { plan, treeOf } from '../../packages/manifest/src/index.ts'
import { fold } from '../../packages/pipeline/src/decide/advance.ts'
import type { ExecutionEvent } from '../../packages/pipeline/src/decide/event.ts'
import { statusOf } from '../../packages/pipeline/src/decide/status.ts'
import { deploymentIdOf, releaseIdOf } from '../../packages/pipeline/src/deployment-id.ts'
import { jsonOf } from '../../packages/pipeline/src/release-rows.ts'

const minute = 60_000
/** Of the one environment that an app has. */
const path = 'production/0/0'

/** Every push was built and deployed but each tenth, whose build failed; the newest is live. */
export async function addHistory(tx: Tx, app: App, by: UserId, commits: number): Promise<void> {
  const { organisationId, id: appId } = app
  const [environment] = await environmentsOf(tx, appId)
  if (environment === undefined) throw new Error('an app has an environment')
  const environmentId = environment.id
  const read = await plan(
    treeOf({ Procfile: 'web: ./run\nworker: ./run work\n', run: { executable: '#!/bin/sh\n' } }),
  )
  if (!read.ok) throw new Error('the manifest was refused')
  const appPlan = jsonOf(read.plan)
  const services = ['web', 'worker'].map((name) => ({ id: newId('service'), name }))
  const begun = Date.now() - commits * 60 * minute
  const rows = Array.from({ length: commits }, (_, index) => {
    const at = (seconds: number) => new Date(begun + index * 60 * minute + seconds * 1000)
    const executionId = newId('execution', at(0))
    return {
      index,
      at,
      isRed: index % 10 === 5,
      executionId,
      revisionId: newId('revision', at(0)),
      releaseId: releaseIdOf(executionId, 1),
      deploymentId: deploymentIdOf(executionId, path, 1),
    }
  })
  const place = { organisationId, appId }
  await tx.revision.createMany({
    data: rows.map(({ index, at, revisionId }) => ({
      ...place,
      id: revisionId,
      sha: createHash('sha1').update(`${appId} ${index}`).digest('hex'),
      branch: 'main',
      message: `Change number ${index} of ${app.name}\n\nWhat it is for, in a few words that nobody needs to read.`,
      author: 'Ines',
      authorEmail: 'ines@example.com',
      authoredAt: at(-60),
      pushedAt: at(0),
      pushedBy: by,
      position: index + 1,
      plan: appPlan,
    })),
  })
  const stories = rows.map((row) => ({ ...row, events: story(row, environmentId) }))
  await tx.execution.createMany({
    data: stories.map(({ index, at, isRed, executionId, revisionId, releaseId, events }) => {
      const state = fold(executionId, events)
      return {
        ...place,
        id: executionId,
        number: index + 1,
        kind: 'push',
        revisionId,
        releaseId: isRed ? null : releaseId,
        startedBy: by,
        state,
        status: statusOf(state),
        version: events.length,
        createdAt: at(0),
        endedAt: at(60),
        ...(state.end?.error ? { error: { ...state.end.error } } : {}),
      }
    }),
  })
  await tx.executionEvent.createMany({
    data: stories.flatMap(({ executionId, events }) =>
      events.map((event, index) => ({
        organisationId,
        executionId,
        sequence: index + 1,
        at: new Date(event.at),
        event,
        consumedAt: new Date(event.at),
        key: null,
      })),
    ),
  })
  const green = rows.filter(({ isRed }) => !isRed)
  await tx.release.createMany({
    data: green.map(({ at, releaseId, revisionId }, index) => ({
      ...place,
      environmentId,
      id: releaseId,
      revisionId,
      number: index + 1,
      key: `environments/${environmentId}/releases/${releaseId}.tar.gz`,
      digest: 'd'.repeat(64),
      sizeBytes: 1_234_567n,
      architecture: 'arm64',
      plan: appPlan,
      configVersion: 0,
      variables: { plain: {}, secrets: [] },
      createdAt: at(30),
    })),
  })
  await tx.deployment.createMany({
    data: green.map(({ at, deploymentId, executionId, releaseId, index }) => ({
      organisationId,
      environmentId,
      id: deploymentId,
      executionId,
      releaseId,
      fence: BigInt(index + 1),
      status: 'healthy',
      startedAt: at(31),
      endedAt: at(60),
    })),
  })
  await tx.deploymentStep.createMany({
    data: rows.flatMap(({ at, executionId, deploymentId, isRed }) => {
      const step = (of: string, name: string, position: number) => ({
        organisationId,
        executionId,
        path: `${of}/1`,
        deploymentId: of === path ? deploymentId : null,
        position,
        name,
        state: isRed ? 'failed' : 'done',
        startedAt: at(position),
        endedAt: at(position + 1),
      })
      return [
        ...['runner', 'build'].map((name, position) => step('build', name, position)),
        ...(isRed
          ? []
          : ['provision', 'host', 'publish', 'deploy'].map((name, position) => step(path, name, position))),
      ]
    }),
  })
  const live = green.at(-1)
  await tx.service.createMany({
    data: services.map(({ id, name }) => ({
      id,
      organisationId,
      environmentId,
      name,
      kind: name,
      publicName: name === 'web' ? `web-${app.name}-${randomBytes(6).toString('hex')}` : null,
      plan: {},
      createdAt: new Date(begun),
    })),
  })
  await tx.host.create({
    data: {
      id: newId('host'),
      organisationId,
      cloudAccountId: app.cloudAccountId,
      region: app.region,
      kind: 'host',
      environmentId,
      instanceId: `i-${randomBytes(8).toString('hex')}`,
      instanceType: 't4g.small',
      architecture: 'arm64',
      state: 'online',
      address: '203.0.113.7',
      createdAt: new Date(begun),
      connectedAt: new Date(begun),
      lastSeenAt: new Date(),
      health: services.map(({ id, name }) => ({
        serviceId: id,
        name,
        state: 'healthy',
        since: new Date(begun).toISOString(),
        restarts: 0,
        releaseId: live?.releaseId ?? null,
        deploymentId: live?.deploymentId ?? null,
      })),
    },
  })
  await tx.environment.update({
    where: { id: environmentId },
    data: { liveReleaseId: live?.releaseId ?? null },
  })
}

/** What an execution lives through, from push to health, or to the build that failed. */
function story(
  of: { index: number; at: (seconds: number) => Date; isRed: boolean; releaseId: ReleaseId },
  environmentId: EnvironmentId,
): ExecutionEvent[] {
  const at = (seconds: number) => of.at(seconds).toISOString()
  const received: ExecutionEvent = {
    type: 'received',
    at: at(0),
    kind: 'push',
    order: of.index + 1,
    deploysByItself: true,
    releaseId: null,
    stages: [
      {
        name: 'production',
        before: [],
        waves: [{ limit: 1, before: [], targets: [{ environmentId, name: 'production' }], after: [] }],
        after: [],
      },
    ],
    error: null,
  }
  const error = { code: 'build-failed', what: 'npm run build ended with code 1.' }
  if (of.isRed)
    return [
      received,
      { type: 'build-started', at: at(1), attempt: 1 },
      { type: 'build-failed', at: at(30), attempt: 1, error, again: false },
    ]
  return [
    received,
    { type: 'build-started', at: at(1), attempt: 1 },
    { type: 'build-succeeded', at: at(30), attempt: 1, releaseId: of.releaseId },
    { type: 'entered', at: at(30), stage: 'production' },
    { type: 'target-deploying', at: at(31), path, attempt: 1, release: of.index + 1 },
    { type: 'target-healthy', at: at(60), path, attempt: 1 },
  ]
}

import {
  type AccountContext,
  readBase,
  readRunner,
  runnerSteps,
  type Step,
  type StepResult,
} from '@slipway/cloud'
import type { HostId } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { sendCommand } from '@slipway/hosts'
import { archiveOf, type BuildSpecInput, buildOutput, userErrorFields } from '@slipway/protocol'
import { createCloneToken } from '@slipway/sources'
import { z } from 'zod'
import type { OpenBuild } from './effects/build.ts'
import { recordEvent } from './record-event.ts'

/** What the commands of a build may take on the runner. */
const buildSeconds = 1800
/** With the clone before and the upload behind them. */
const commandSeconds = buildSeconds + 300
/** Heard at once when the runner answers; looked at all the same, should that be lost. */
const lookAgainSeconds = 30

export type BuildContext = AccountContext & {
  build: OpenBuild
  /** Address of a repository for git. */
  gitUrl(organisationSlug: string, app: string): string
}

/** A runner in the account and region of the first environment, then the build on it. */
export const buildSteps: readonly Step<BuildContext>[] = [
  ...runnerSteps,
  {
    name: 'build',
    title: 'Build',
    limitSeconds: commandSeconds + 60,
    late: () => ({
      code: 'build-late',
      kind: 'failed',
      what: 'The runner did not say in time how the build ended.',
      why: 'Its instance was stopped, or lost its connection.',
      todo: 'Push again.',
    }),
    run: buildOnRunner,
  },
]

const outcome = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), output: buildOutput }),
  z.object({ ok: z.literal(false), error: userErrorFields }),
])

async function buildOnRunner(context: BuildContext): Promise<StepResult> {
  const { db, organisationId, build, clock } = context
  const until = new Date(clock.now().getTime() + lookAgainSeconds * 1000)
  const waiting: StepResult = { state: 'wait', until, on: 'the build' }
  const row = await db.inOrganisation(organisationId, (tx) => findBuildCommand(tx, build.releaseId))
  if (row === null) {
    const hostId = await readRunner(context)
    if (hostId === undefined) throw new Error('the runner is not there, though its step is done')
    await sendBuild(context, hostId)
    return waiting
  }
  if (row.endedAt === null) return waiting
  const ended = outcome.parse(row.result)
  if (!ended.ok) return { state: 'failed', error: ended.error }
  const { digest, sizeBytes, architecture } = ended.output
  // What a build leaves behind is what its release is recorded from.
  return { state: 'done', memory: { digest, sizeBytes: String(sizeBytes), architecture } }
}

function findBuildCommand(tx: Tx, releaseId: string) {
  return tx.hostCommand.findFirst({ where: { kind: 'build', subject: releaseId } })
}

/** Command and clone token in one transaction; found by the release's name when this was interrupted. */
async function sendBuild(context: BuildContext, hostId: HostId): Promise<void> {
  const { db, organisationId, build, clock, wake } = context
  await db.inOrganisation(organisationId, async (tx) => {
    const organisation = await tx.organisation.findUniqueOrThrow({ where: { id: organisationId } })
    const { bucket } = await readBase(tx, context)
    const deadline = new Date(clock.now().getTime() + commandSeconds * 1000)
    const app = { organisationId, appId: build.app.id }
    const spec: BuildSpecInput = {
      executionId: build.executionId,
      releaseId: build.releaseId,
      repository: {
        url: context.gitUrl(organisation.slug, build.app.name),
        token: await createCloneToken(tx, app, deadline),
        sha: build.revision.sha,
      },
      commands: build.plan.build,
      variables: build.plan.variables,
      runtimes: build.plan.runtimes,
      services: build.plan.services
        .filter((service) => service.kind !== 'static')
        .map(({ name, run }) => ({ name, run })),
      sites:
        build.compute === 'static'
          ? build.plan.services.map(({ name, root }) => ({ name, folder: root }))
          : [],
      archive: archiveOf(build.key),
      output: { bucket, key: build.key },
      timeoutSeconds: buildSeconds,
    }
    const at = clock.now().toISOString()
    const { attempt } = build
    await recordEvent(tx, build.executionId, { type: 'build-started', at, attempt }, `build/${attempt}/begun`)
    await sendCommand(
      tx,
      {
        organisationId,
        hostId,
        fence: 0n,
        deadline,
        command: { kind: 'build', spec },
        // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
        then: { name: wake.name, payload: payloadOf(wake.payload) },
      },
      clock,
    )
  })
}

function payloadOf(payload: unknown): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(payload)
}

import { notFound, type OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import { type AppsUrl, findApp, urlOf } from '@slipway/environments'
import { buildStream, deploymentStream } from '@slipway/protocol'
import { z } from 'zod'
import { pathOf } from '../decide/advance.ts'
import { describeEvent } from '../decide/describe-event.ts'
import { eventSchema } from '../decide/event.ts'
import { type Execution, errorSchema, executionKinds, executionSchema } from '../decide/execution.ts'
import { type Status, statuses } from '../decide/status.ts'
import { type Waiting, waitOf } from '../decide/wait-of.ts'
import { deploymentIdOf } from '../deployment-id.ts'
import { stepTitle } from '../step-titles.ts'
import { firstLine, namesOf, type Person } from './people.ts'

/** A step as its row says. Times are ISO. */
export type StepShown = {
  name: string
  title: string
  state: 'pending' | 'running' | 'waiting' | 'done' | 'failed'
  waitsFor: string | null
  /** When it is looked at again at the latest. */
  until: string | null
  startedAt: string | null
  endedAt: string | null
  error: z.infer<typeof errorSchema> | null
}

/** A build, or one deployment into an environment: its steps and its log. */
export type PartShown = {
  /** `build/1`, `production/0/0/1`: place and attempt. */
  path: string
  title: string
  kind: 'build' | 'deployment'
  stream: string
  environment: string | null
  release: number | null
  status: string
  startedAt: string | null
  endedAt: string | null
  steps: StepShown[]
}

export type ExecutionShown = {
  id: string
  number: number
  kind: (typeof executionKinds)[number]
  status: Status
  app: { id: string; name: string }
  revision: {
    sha: string
    message: string
    body: string
    author: string
    authorEmail: string
    branch: string
    pushedAt: string
    isBad: boolean
  }
  startedBy: Person
  reason: string | null
  createdAt: string
  endedAt: string | null
  error: z.infer<typeof errorSchema> | null
  /** What it waits for; null while it works or when it has ended. */
  waits: Waiting | null
  /** Number of the newer execution that took its commits along. */
  supersededBy: number | null
  parts: PartShown[]
  /** Where its services answer, once it is live. */
  urls: { service: string; url: string }[]
  events: { sequence: number; at: string; type: string; words: string }[]
  canDeploy: boolean
  canCancel: boolean
}

const rowSchema = z.object({
  kind: z.enum(executionKinds),
  status: z.enum(statuses),
  error: errorSchema.nullable(),
})
const stepState = z.enum(['pending', 'running', 'waiting', 'done', 'failed'])

/** All that the page of an execution shows, from its rows and its event log. Throws not-found. */
export async function getExecution(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; number: number },
  appsUrl: AppsUrl,
): Promise<ExecutionShown> {
  const found = await db.inOrganisation(organisationId, async (tx) => {
    const app = await findApp(tx, organisationId, asked.app)
    const row = await tx.execution.findUnique({
      where: { appId_number: { appId: app.id, number: asked.number } },
      include: {
        revision: { omit: { plan: true, planErrors: true } },
        events: { orderBy: { sequence: 'asc' } },
        steps: { orderBy: [{ path: 'asc' }, { position: 'asc' }] },
        deployments: {
          include: { environment: { select: { name: true } }, release: { select: { number: true } } },
          orderBy: { startedAt: 'asc' },
        },
      },
    })
    if (row === null) throw notFound('execution')
    const state = Object.keys(Object(row.state)).length === 0 ? undefined : executionSchema.parse(row.state)
    const by = state?.end?.by
    const newer = by ? await tx.execution.findUnique({ where: { id: by }, select: { number: true } }) : null
    return { app, row, state, supersededBy: newer?.number ?? null, urls: await urlsOf(tx, row, appsUrl) }
  })
  const { app, row, state } = found
  const { kind, status, error } = rowSchema.parse(row)
  const events = row.events.map((each) => ({ sequence: each.sequence, event: eventSchema.parse(each.event) }))
  const people = events.flatMap(({ event }) => ('by' in event ? [event.by] : []))
  const person = await namesOf(db, [row.startedBy, ...people])
  const nameOf = (id: string) => person(id).name
  const hasEnded = row.endedAt !== null
  return {
    id: row.id,
    number: row.number,
    kind,
    status,
    app: { id: app.id, name: app.name },
    revision: {
      sha: row.revision.sha,
      message: firstLine(row.revision.message),
      body: row.revision.message,
      author: row.revision.author,
      authorEmail: row.revision.authorEmail,
      branch: row.revision.branch,
      pushedAt: row.revision.pushedAt.toISOString(),
      isBad: row.revision.badSince !== null,
    },
    startedBy: person(row.startedBy),
    reason: row.reason,
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    error,
    waits: state === undefined ? null : waitOf(state),
    supersededBy: found.supersededBy,
    parts: partsOf(row, state),
    urls: status === 'succeeded' ? found.urls : [],
    events: events.map(({ sequence, event }) => ({
      sequence,
      at: event.at,
      type: event.type,
      words: describeEvent(event, nameOf),
    })),
    canDeploy: !hasEnded && state !== undefined && !state.letIn,
    canCancel: !hasEnded && status !== 'cancelling' && status !== 'going-back',
  }
}

type Row = {
  id: string
  steps: {
    path: string
    name: string
    state: string
    waitsFor: string | null
    waitUntil: Date | null
    startedAt: Date | null
    endedAt: Date | null
    error: unknown
  }[]
  deployments: {
    id: string
    status: string
    startedAt: Date
    endedAt: Date | null
    environment: { name: string }
    release: { number: number }
  }[]
}

/** The build's attempts first, then the deployments in the order in which they began. */
function partsOf(row: Row, state: Execution | undefined): PartShown[] {
  if (state === undefined) return []
  const parts: PartShown[] = []
  const stepsAt = (path: string) => row.steps.filter((step) => step.path === path).map(shown)
  const { build } = state
  if ('attempt' in build) {
    for (let attempt = 1; attempt <= build.attempt; attempt++) {
      const path = `build/${attempt}`
      const steps = stepsAt(path)
      const isLast = attempt === build.attempt
      parts.push({
        path,
        title: attempt === 1 ? 'Build' : `Build, attempt ${attempt}`,
        kind: 'build',
        stream: buildStream(row.id),
        environment: null,
        release: null,
        status: isLast ? build.is : 'failed',
        startedAt: steps[0]?.startedAt ?? (isLast ? build.since : null),
        endedAt: isLast && 'endedAt' in build ? build.endedAt : (steps.at(-1)?.endedAt ?? null),
        steps,
      })
    }
  }
  for (const stage of state.stages) {
    for (const [wave, { targets }] of stage.waves.entries()) {
      for (const [position, target] of targets.entries()) {
        if (!('attempt' in target.progress)) continue
        for (let attempt = 1; attempt <= target.progress.attempt; attempt++) {
          const place = pathOf(stage.name, wave, position)
          const id = deploymentIdOf(state.id, place, attempt)
          const deployment = row.deployments.find((each) => each.id === id)
          parts.push({
            path: `${place}/${attempt}`,
            title: attempt === 1 ? `Deploy to ${target.name}` : `Put back in ${target.name}`,
            kind: 'deployment',
            stream: deploymentStream(id),
            environment: target.name,
            release: deployment?.release.number ?? null,
            status:
              deployment?.status ?? (attempt === target.progress.attempt ? target.progress.is : 'failed'),
            startedAt: deployment?.startedAt.toISOString() ?? null,
            endedAt: deployment?.endedAt?.toISOString() ?? null,
            steps: stepsAt(`${place}/${attempt}`),
          })
        }
      }
    }
  }
  return parts
}

function shown(step: Row['steps'][number]): StepShown {
  return {
    name: step.name,
    title: stepTitle(step.name),
    state: stepState.parse(step.state),
    waitsFor: step.waitsFor,
    until: step.waitUntil?.toISOString() ?? null,
    startedAt: step.startedAt?.toISOString() ?? null,
    endedAt: step.endedAt?.toISOString() ?? null,
    error: errorSchema.nullable().parse(step.error ?? null),
  }
}

async function urlsOf(
  tx: Tx,
  row: { deployments: { environmentId: string }[] },
  appsUrl: AppsUrl,
): Promise<ExecutionShown['urls']> {
  const services = await tx.service.findMany({
    where: {
      environmentId: { in: row.deployments.map((each) => each.environmentId) },
      removedAt: null,
      publicName: { not: null },
    },
    orderBy: { name: 'asc' },
  })
  return services.flatMap(({ name, publicName }) =>
    publicName === null ? [] : [{ service: name, url: urlOf(appsUrl, publicName) }],
  )
}

import type { OrganisationId, UserId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { type AppsUrl, urlOf } from '@slipway/environments'
import { buildStream, checkStream, deploymentStream } from '@slipway/protocol'
import type { z } from 'zod'
import { describeEvent } from '../decide/describe-event.ts'
import type { Check, Execution, errorSchema, executionKinds, Target } from '../decide/execution.ts'
import { checksIn, pathOf, type Sides, targetsOf } from '../decide/places.ts'
import type { Status } from '../decide/status.ts'
import { type Waiting, waitOf } from '../decide/wait-of.ts'
import { deploymentIdOf } from '../deployment-id.ts'
import { type Answers, answersFor } from '../gates/approve/answers-for.ts'
import { gateOf } from '../gates/index.ts'
import { placeOfWay } from '../rehearsal-rows.ts'
import { type CheckRows, type CheckShown, checkShown } from './check-shown.ts'
import { type ExecutionRow, readExecution } from './execution-row.ts'
import { firstLine, namesOf, type Person } from './people.ts'
import { type StepShown, stepShown } from './step-shown.ts'

/** A build, one deployment into an environment, or a step or gate of the pipeline: its steps and its log. */
export type PartShown = {
  /** `build/1`, `production/0/0/1`, `production/before/0/1`: place and attempt. */
  path: string
  title: string
  kind: 'build' | 'deployment' | 'check'
  stream: string
  environment: string | null
  release: number | null
  /** Of a check: how far it is, and who may act. */
  check: CheckShown | null
  /** `ahead` while it is to come. */
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

/**
 * All that the page of an execution shows, from its rows and its event log. What `viewer` may answer is asked where
 * one looks. Throws not-found.
 */
export async function getExecution(
  db: Database,
  organisationId: OrganisationId,
  asked: { app: string; number: number },
  appsUrl: AppsUrl,
  viewer?: UserId,
): Promise<ExecutionShown> {
  const { app, row } = await readExecution(db, organisationId, asked)
  const { state, kind, status, error, revision, events } = row
  const [answers = new Map<string, Answers>()] =
    viewer === undefined || state === undefined
      ? []
      : await answersFor(db, organisationId, [{ appId: app.id, number: row.number, state }], viewer)
  const people = events.flatMap(({ event }) => ('by' in event && event.by !== null ? [event.by] : []))
  const person = await namesOf(db, [row.startedBy, ...people])
  const nameOf = (id: string) => person(id).name
  const hasEnded = row.endedAt !== null
  return {
    id: row.id,
    number: row.number,
    kind,
    status,
    app,
    revision: {
      ...revision,
      message: firstLine(revision.message),
      body: revision.message,
      pushedAt: revision.pushedAt.toISOString(),
    },
    startedBy: person(row.startedBy),
    reason: row.reason,
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    error,
    waits: state === undefined ? null : waitOf(state),
    supersededBy: row.supersededBy,
    parts: partsOf(row, state, { steps: row.steps, answers, person }),
    urls:
      status === 'succeeded'
        ? row.services.map(({ name, publicName }) => ({ service: name, url: urlOf(appsUrl, publicName) }))
        : [],
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

/** The build's attempts first, then each stage with its checks and deployments in the order of the pipeline. */
function partsOf(row: ExecutionRow, state: Execution | undefined, rows: CheckRows): PartShown[] {
  if (state === undefined) return []
  const checks = (place: string, side: Sides, list: readonly Check[]) =>
    checksIn(place, side, list).flatMap(([path, check]) => [
      ...partsOfCheck(row, path, check, rows),
      ...partsOfRehearsal(row, state, path, check),
    ])
  return [
    ...partsOfBuild(row, state),
    ...state.stages.flatMap((stage) => [
      ...checks(stage.name, 'before', stage.before),
      ...stage.waves.flatMap((wave, index) => [
        ...checks(`${stage.name}/${index}`, 'before', wave.before),
        ...wave.targets.flatMap((target, position) =>
          partsOfTarget(row, state, pathOf(stage.name, index, position), target),
        ),
        ...checks(`${stage.name}/${index}`, 'after', wave.after),
      ]),
      ...checks(stage.name, 'after', stage.after),
    ]),
  ]
}

function partsOfBuild(row: ExecutionRow, { build }: Execution): PartShown[] {
  if (!('attempt' in build)) return []
  return attemptsOf(build).map((attempt) => {
    const path = `build/${attempt}`
    const steps = stepsAt(row, path)
    const isLast = attempt === build.attempt
    return {
      path,
      title: attempt === 1 ? 'Build' : `Build, attempt ${attempt}`,
      kind: 'build',
      stream: buildStream(row.id),
      environment: null,
      release: null,
      check: null,
      status: isLast ? build.is : 'failed',
      startedAt: steps[0]?.startedAt ?? (isLast ? build.since : null),
      endedAt: isLast && 'endedAt' in build ? build.endedAt : (steps.at(-1)?.endedAt ?? null),
      steps,
    }
  })
}

/** One part for each attempt; before the first, one that says that it is to come. */
function partsOfTarget(row: ExecutionRow, state: Execution, place: string, target: Target): PartShown[] {
  const { progress, name } = target
  if (progress.is === 'never') return []
  return ('attempt' in progress ? attemptsOf(progress) : [1]).map((attempt) => {
    const id = deploymentIdOf(state.id, place, attempt)
    const deployment = row.deployments.find((each) => each.id === id)
    const isLast = !('attempt' in progress) || attempt === progress.attempt
    return {
      path: `${place}/${attempt}`,
      title: attempt === 1 ? `Deploy to ${name}` : `Put back in ${name}`,
      kind: 'deployment',
      stream: deploymentStream(id),
      environment: name,
      release: deployment?.release ?? null,
      check: null,
      status: deployment?.status ?? (isLast ? progress.is : 'failed'),
      startedAt: deployment?.startedAt.toISOString() ?? null,
      endedAt: deployment?.endedAt?.toISOString() ?? null,
      steps: stepsAt(row, `${place}/${attempt}`),
    }
  })
}

/** One part, of the newest attempt: all its attempts write to one log. */
function partsOfCheck(row: ExecutionRow, path: string, check: Check, rows: CheckRows): PartShown[] {
  const { progress } = check
  if (progress.is === 'never') return []
  const part: PartShown = {
    path: `${path}/${'attempt' in progress ? progress.attempt : 1}`,
    title: check.words,
    kind: 'check',
    stream: checkStream(row.id, path),
    environment: null,
    release: null,
    check: checkShown(path, check, rows),
    status: progress.is,
    startedAt: 'since' in progress ? progress.since : null,
    endedAt: 'endedAt' in progress ? progress.endedAt : null,
    steps: 'attempt' in progress ? stepsOfCheck(row, `${path}/${progress.attempt}`, check) : [],
  }
  return [part]
}

/** The ways that the environments of a rehearsal went, in the order in which they began. */
function partsOfRehearsal(
  row: ExecutionRow,
  state: Execution,
  path: string,
  { progress }: Check,
): PartShown[] {
  if (!('attempt' in progress)) return []
  const { attempt } = progress
  const targets = state.stages.flatMap(targetsOf).map(([, target]) => target)
  const ways = targets.flatMap(({ environmentId, name }) =>
    (['back', 'forward'] as const).map((way) => {
      const place = placeOfWay(path, way, environmentId)
      return { way, name, path: `${place}/${attempt}`, id: deploymentIdOf(state.id, place, attempt) }
    }),
  )
  return row.deployments.flatMap((deployment): PartShown[] => {
    const found = ways.find(({ id }) => id === deployment.id)
    if (found === undefined) return []
    return [
      {
        path: found.path,
        title: found.way === 'back' ? `Back in ${found.name}` : `Forward in ${found.name}`,
        kind: 'deployment',
        stream: deploymentStream(found.id),
        environment: found.name,
        release: deployment.release,
        check: null,
        status: deployment.status,
        startedAt: deployment.startedAt.toISOString(),
        endedAt: deployment.endedAt?.toISOString() ?? null,
        steps: stepsAt(row, found.path),
      },
    ]
  })
}

function stepsAt({ steps }: ExecutionRow, path: string, titles?: ReadonlyMap<string, string>): StepShown[] {
  return steps.filter((step) => step.path === path).map((step) => stepShown(step, titles))
}

/** A step whose row still waits though a person has answered waits for nothing: the check itself says how it ended. */
function stepsOfCheck(row: ExecutionRow, path: string, { kind, ask, progress }: Check): StepShown[] {
  const titles = new Map((gateOf(kind)?.steps(ask) ?? []).map(({ name, title }) => [name, title]))
  const steps = stepsAt(row, path, titles)
  return progress.is === 'asked' ? steps : steps.filter(({ state }) => state === 'done' || state === 'failed')
}

function attemptsOf({ attempt }: { attempt: number }): number[] {
  return Array.from({ length: attempt }, (_, index) => index + 1)
}

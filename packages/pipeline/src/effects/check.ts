import type { Memory } from '@slipway/cloud'
import { asId, type Clock, type UserErrorFields } from '@slipway/core'
import type { Database } from '@slipway/db'
import { environmentsOf } from '@slipway/environments'
import { stopCommands } from '@slipway/hosts'
import { type Handler, handle, type JobContext } from '@slipway/jobs'
import { checkStream } from '@slipway/protocol'
import type { ExecutionEvent } from '../decide/event.ts'
import type { CheckAsked, Stage } from '../decide/execution.ts'
import { executionSchema } from '../decide/execution.ts'
import { findCheck } from '../decide/places.ts'
import { stepIdOf } from '../deployment-id.ts'
import { exclusively } from '../exclusively.ts'
import type { Gate, GateContext } from '../gates/gate.ts'
import { gateOf } from '../gates/index.ts'
import { type GateSettings, gateFacts, type Outside, openOutside } from '../gates/outside.ts'
import { isStale, lookAgainAt, putOff, type Wake } from '../look.ts'
import { recordEvent } from '../record-event.ts'
import { runSteps, type StepsOutcome } from '../run-steps.ts'
import { sayTo } from '../say.ts'
import { tenantOf } from '../tenant-of.ts'
import { broken } from './broken.ts'
import { checkJob } from './jobs.ts'

type CheckOf = Pick<GateContext, 'organisationId' | 'executionId' | 'path' | 'attempt'>

/** A check that is being asked, with all that its steps need but their memory. */
type OpenCheck = {
  gate: Gate | undefined
  ask: CheckAsked['ask']
  facts: Omit<GateContext, 'memory' | 'say'>
}

export function checkHandler(settings: GateSettings): Handler {
  const outside = openOutside(settings)
  return handle(
    checkJob,
    async (payload, context) => {
      const { timer, ...place } = payload
      await lookAtCheck({ ...place, organisationId: tenantOf(context) }, timer, context, outside)
    },
    {
      exhausted: async (payload, error, context) => {
        const { timer: _, ...place } = payload
        const of = { ...place, organisationId: tenantOf(context) }
        await answerFailed(context.db, of, broken(error, 'the pipeline', 'Deploy'), false, context.clock)
      },
    },
  )
}

/** One look at a check: runs its steps as far as they go, and parks it or answers how it ended. Safe at any time. */
async function lookAtCheck(
  of: CheckOf,
  timer: string | undefined,
  context: JobContext,
  settings: Outside,
): Promise<void> {
  const { db, clock } = context
  const { organisationId, executionId, path, attempt } = of
  const at = { organisationId, executionId, path: `${path}/${attempt}`, timer }
  const wake = wakeOf(of)
  if (await isStale(db, at, timer)) return
  const check = await openCheck(of, wake, context, settings)
  if (check === undefined) return
  const { gate, facts } = check
  if (gate === undefined) return answerFailed(db, of, unknownKind, false, clock)
  const say = sayTo(db, { organisationId, stream: checkStream(executionId, path), path: at.path }, clock)
  const look = await exclusively(db, organisationId, `steps:${executionId}/${at.path}`, () =>
    runSteps(
      db,
      { organisationId, executionId, path: at.path, deploymentId: null },
      gate.steps(check.ask),
      (memory) => ({ ...facts, memory, say }),
      clock,
    ),
  )
  if (look === undefined) return putOff(db, at, wake, clock.now())
  const outcome: StepsOutcome = look.result
  switch (outcome.state) {
    case 'waiting':
      return lookAgainAt(db, at, wake, outcome.until)
    case 'failed':
      return answerFailed(db, of, outcome.error, gate.isRed(outcome.error), clock)
    case 'done':
      return answerPassed(db, of, outcome.memory, clock)
  }
}

/** The check as its rows say; undefined when it is over, or is being asked anew. */
async function openCheck(
  of: CheckOf,
  wake: Wake,
  context: JobContext,
  outside: Outside,
): Promise<OpenCheck | undefined> {
  const { organisationId, executionId, path, attempt } = of
  return context.db.inOrganisation(organisationId, async (tx) => {
    const row = await tx.execution.findUniqueOrThrow({ where: { id: executionId } })
    const execution = executionSchema.parse(row.state)
    const found = findCheck(execution, path)
    const progress = found?.check.progress
    if (execution.end !== null || progress?.is !== 'asked' || progress.attempt !== attempt) return undefined
    const ids = found?.stage ? idsIn(found.stage, path) : []
    const environments = (await environmentsOf(tx, asId('app', row.appId))).filter(({ id }) =>
      ids.includes(id),
    )
    const asked = {
      ...of,
      wake,
      stage: found?.stage.name ?? '',
      environments,
      since: new Date(progress.since),
    }
    return {
      gate: gateOf(found?.check.kind ?? ''),
      ask: found?.check.ask ?? {},
      facts: await gateFacts(tx, asked, context, outside),
    }
  })
}

/** The environments of the wave in which a check stands, or of the stage. */
function idsIn(stage: Stage, path: string): string[] {
  const wave = Number(path.slice(stage.name.length + 1).split('/')[0])
  const waves = Number.isInteger(wave) ? stage.waves.slice(wave, wave + 1) : stage.waves
  return waves.flatMap(({ targets }) => targets.map(({ environmentId }) => environmentId))
}

function answerPassed(
  db: Database,
  of: CheckOf,
  { reason, freshUntil }: Memory,
  clock: Clock,
): Promise<void> {
  const { path, attempt } = of
  const at = clock.now().toISOString()
  const opened = { by: null, reason: reason ?? null, freshUntil: freshUntil ?? null }
  return answer(db, of, { type: 'check-passed', at, path, attempt, ...opened }, clock)
}

function answerFailed(
  db: Database,
  of: CheckOf,
  error: UserErrorFields,
  isRed: boolean,
  clock: Clock,
): Promise<void> {
  const { path, attempt } = of
  const at = clock.now().toISOString()
  return answer(db, of, { type: 'check-failed', at, path, attempt, error, isRed }, clock)
}

/** The first answer counts. What it has asked of a runner and not heard of is no longer wanted. */
async function answer(db: Database, of: CheckOf, event: ExecutionEvent, clock: Clock): Promise<void> {
  const { organisationId, executionId, path, attempt } = of
  await db.inOrganisation(organisationId, async (tx) => {
    const isNew = await recordEvent(tx, executionId, event, `${path}/${attempt}/answer`)
    if (!isNew) return
    const subject = stepIdOf(executionId, path, attempt)
    // biome-ignore lint/suspicious/noThenProperty: the name that hosts gives it; nobody awaits this value
    await stopCommands(tx, { kind: 'step', subject, then: wakeOf(of) }, clock)
  })
}

function wakeOf({ executionId, path, attempt }: CheckOf): Wake {
  return { name: checkJob.name, payload: { executionId, path, attempt } }
}

const unknownKind: UserErrorFields = {
  code: 'pipeline-check-unknown',
  kind: 'failed',
  what: 'This version of Slipway does not know this kind of step or gate.',
  why: 'The execution was begun by another version.',
  todo: 'Push again.',
}

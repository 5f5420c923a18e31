import type { StepResult } from '@slipway/cloud'
import type { Tx } from '@slipway/db'
import type { Environment } from '@slipway/environments'
import { enqueue } from '@slipway/jobs'
import { z } from 'zod'
import { errorSchema } from '../../decide/execution.ts'
import type { Way } from '../../deployment-rows.ts'
import { rehearseJob } from '../../effects/jobs.ts'
import { type RehearsalOf, releaseToRehearse, wayId } from '../../rehearsal-rows.ts'
import { defineGate, type GateContext } from '../gate.ts'
import { judgeRehearsal, type Rehearsed, type WayIs } from './decide/judge-rehearsal.ts'

/** Two deployments with a minute of watching each, and what lies ahead of them. */
const limitSeconds = 3600
/** Woken by the end of each environment; looked at all the same, should that be lost. */
const lookAgainSeconds = 30
/** What both ways are taken to need, for trying a pipeline out. */
const guessMilliseconds = 240_000

/**
 * What was deployed goes back to the release before, and forward again. It only begins that and looks on, since what
 * was begun must come to its end though the check is cancelled: docs/decisions/0016.
 */
export const rehearse = defineGate({
  kind: 'rehearse',
  ask: z.object({}),
  plan: () => [
    {
      words: 'Rehearsal of a rollback',
      mayAct: 'Admins and owners, who may pass it over with a reason',
      isStep: true,
      limitSeconds,
      ask: {},
    },
  ],
  passesAt: (_, at) => new Date(at.getTime() + guessMilliseconds),
  isRed: ({ code }) => code === 'rehearsal-not-forward',
  watched: (_, __, { done, needed }) => ({
    counts: needed === undefined ? [] : [{ what: 'environments', now: Number(done), needed: Number(needed) }],
    monitors: [],
  }),
  steps: () => [
    {
      name: 'rehearse',
      title: 'Back and forward',
      // A minute more than the engine, which says why in its own words.
      limitSeconds: limitSeconds + 60,
      late: () => ({
        code: 'rehearsal-not-back',
        kind: 'failed',
        what: 'The environments did not come back and forward in time.',
        todo: 'Look at their deployments below, then push again.',
      }),
      run: beginAndLook,
    },
  ],
})

async function beginAndLook(context: GateContext): Promise<StepResult> {
  const { db, organisationId, environments, clock, say } = context
  const all: Rehearsed[] = []
  for (const environment of environments) {
    const seen = await db.inOrganisation(organisationId, (tx) => beginAndSee(tx, context, environment))
    if (seen.back === null && seen.to === null)
      await say(`${seen.environment}: there is no release before, and nothing to rehearse.`)
    all.push(seen)
  }
  const judged = judgeRehearsal(all)
  const needed = `${all.length}`
  switch (judged.is) {
    case 'well':
      return { state: 'done', memory: { done: needed, needed } }
    case 'failed':
      return { state: 'failed', error: judged.error }
    case 'not-yet':
      return {
        state: 'wait',
        until: new Date(clock.now().getTime() + lookAgainSeconds * 1000),
        on: judged.on,
        memory: { done: `${judged.done}`, needed },
      }
  }
}

/** Where one environment is, which is set on its way where it is not yet. */
async function beginAndSee(tx: Tx, context: GateContext, { id, name }: Environment): Promise<Rehearsed> {
  const { organisationId, executionId, path, attempt } = context
  const of: RehearsalOf = { organisationId, executionId, path, attempt, environmentId: id }
  const back = await findWay(tx, of, 'back')
  if (back !== undefined) {
    const forward = await findWay(tx, of, 'forward')
    return { environment: name, to: back.release, back: back.way, forward: forward?.way ?? null }
  }
  const release = await releaseToRehearse(tx, of)
  if (release !== undefined)
    await enqueue(tx, rehearseJob, { executionId, path, attempt, environmentId: id }, { organisationId })
  return { environment: name, to: release?.number ?? null, back: null, forward: null }
}

const statusSchema = z.enum(['running', 'healthy', 'failed', 'cancelled'])

async function findWay(
  tx: Tx,
  of: RehearsalOf,
  way: Way,
): Promise<{ release: number; way: WayIs } | undefined> {
  const row = await tx.deployment.findUnique({
    where: { id: wayId(of, way) },
    include: { release: { select: { number: true } } },
  })
  if (row === null) return undefined
  const is = statusSchema.parse(row.status)
  return {
    release: row.release.number,
    way: is === 'failed' ? { is, error: errorSchema.parse(row.error) } : { is },
  }
}

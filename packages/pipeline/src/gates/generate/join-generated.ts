import type { UserErrorFields } from '@slipway/core'
import type { Tx } from '@slipway/db'
import { chooseGatePort, environmentsOf, type Wanted } from '@slipway/environments'
import {
  appPlanSchema,
  describeProblem,
  generatedFile,
  type ManifestProblem,
  planGenerated,
} from '@slipway/manifest'
import { type Execution, executionSchema } from '../../decide/execution.ts'
import { findCheck, targetsOf } from '../../decide/places.ts'
import { stepIdOf } from '../../deployment-id.ts'
import { lockPipeline } from '../../pipeline-rows.ts'
import { recordEvent } from '../../record-event.ts'
import { accountsOf, stagesOfPlan } from '../../stages-of-plan.ts'
import type { GateContext } from '../gate.ts'
import { generatedText } from '../run/command-step.ts'
import { shortCommand } from '../run/run.ts'
import type { GenerateAsked } from './generate.ts'

/**
 * Joins what the command of this attempt has generated to its execution, with environments for its targets; or says
 * why it is refused. Once for each attempt, however often it is asked; not where the step is no longer wanted.
 */
export function joinGenerated(
  { asked, grant }: GenerateAsked,
  context: GateContext,
): Promise<UserErrorFields | undefined> {
  const { db, organisationId, executionId, path, attempt, stage, app, clock, gatePorts } = context
  return db.inOrganisation(organisationId, async (tx) => {
    await lockPipeline(tx, app.id)
    const row = await tx.execution.findUniqueOrThrow({
      where: { id: executionId },
      select: { state: true, revision: { select: { plan: true } } },
    })
    const state = executionSchema.parse(row.state)
    if (!isAsked(state, context)) return undefined
    const others = state.stages.map(({ name }) => name)
    const accounts = await accountsOf(tx, app)
    const ownName = [...accounts].find(([, { id }]) => id === app.cloudAccountId)?.[0] ?? ''
    const planned = planGenerated(await generatedText(tx, stepIdOf(executionId, path, attempt)), {
      grant,
      name: stage,
      others,
      own: { account: ownName, region: app.region },
    })
    if (!planned.ok) return refused(asked.command, planned.problems)
    if (planned.stages.length === 0) return undefined
    const { services } = appPlanSchema.parse(row.revision.plan)
    const staged = await stagesOfPlan(
      tx,
      app,
      { pipeline: { stages: planned.stages }, services },
      {
        db,
        clock,
        choosePort: (ports) => chooseGatePort(db, gatePorts, ports),
        others: await targetsHere(tx, app.id, state),
      },
    )
    if (!staged.ok) return refused(asked.command, staged.problems)
    const at = clock.now().toISOString()
    const event = { type: 'generated' as const, at, path, attempt, stages: staged.stages }
    await recordEvent(tx, executionId, event, `${path}/${attempt}/generated`)
    return undefined
  })
}

function isAsked(state: Execution, { path, attempt }: GateContext): boolean {
  const progress = findCheck(state, path)?.check.progress
  return state.end === null && progress?.is === 'asked' && progress.attempt === attempt
}

/** Those that the execution has; an environment in which nothing ran yet is not to become another's. */
async function targetsHere(
  tx: Tx,
  appId: GateContext['app']['id'],
  { stages }: Execution,
): Promise<Wanted[]> {
  const ids = stages.flatMap(targetsOf).map(([, { environmentId }]) => environmentId)
  const environments = await environmentsOf(tx, appId)
  return environments.flatMap(({ id, stage, cloudAccountId, region }) =>
    ids.includes(id) ? [{ stage, cloudAccountId, region }] : [],
  )
}

function refused(command: string, problems: readonly ManifestProblem[]): UserErrorFields {
  const inGenerated = problems.map(({ place, ...problem }) => ({
    ...problem,
    ...(place && { place: { ...place, file: generatedFile } }),
  }))
  return {
    code: 'generated-refused',
    kind: 'invalid',
    what: `The stages of “${shortCommand(command)}” are refused.`,
    why: 'They are read like slipway.yaml, and may ask for no more than the entry that generates them.',
    todo: 'Correct what is listed, then push again. What is deployed stays.',
    details: inGenerated.map(describeProblem).slice(0, 20),
  }
}

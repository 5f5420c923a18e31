import type { UserErrorFields } from '@slipway/core'
import type { Database } from '@slipway/db'
import { enqueue, type Handler, handle, type JobContext } from '@slipway/jobs'
import { checkStream } from '@slipway/protocol'
import { hasBegun, isUnsaid } from '../deployment-end.ts'
import type { OpenDeployment, Way } from '../deployment-rows.ts'
import { exclusively } from '../exclusively.ts'
import { isStale, type LookAt, lookAgainAt, putOff, type Wake } from '../look.ts'
import { endWay, openRehearsal, type RehearsalOf, type WayEnded } from '../rehearsal-rows.ts'
import { sayTo } from '../say.ts'
import { tenantOf } from '../tenant-of.ts'
import { broken } from './broken.ts'
import type { DeploySettings } from './deploy.ts'
import { checkJob, rehearseJob } from './jobs.ts'

/** Brings one environment there and back again, and wakes the check that began it. */
export function rehearseHandler(settings: DeploySettings): Handler {
  return handle(
    rehearseJob,
    async ({ timer, ...payload }, context) => {
      const of = { ...payload, organisationId: tenantOf(context) }
      const name = `steps:${of.environmentId}`
      const look = await exclusively(context.db, of.organisationId, name, () =>
        lookAtRehearsal(of, timer, context, settings),
      )
      if (look !== undefined) return
      await putOff(context.db, { ...wholeOf(of), timer }, wakeOf(of), context.clock.now())
    },
    {
      exhausted: async ({ timer: _, ...payload }, error, { db, clock, ...context }) => {
        const of = { ...payload, organisationId: tenantOf(context) }
        await db.inOrganisation(of.organisationId, async (tx) => {
          await endWay(
            tx,
            of,
            'open',
            { is: 'failed', error: broken(error, 'this rehearsal'), isKnown: false },
            clock,
          )
          await enqueue(tx, rehearseJob, payload, { organisationId: of.organisationId })
        })
      },
    },
  )
}

/** One look: the open way as far as it goes, and the way after it. Safe at any time. */
async function lookAtRehearsal(
  of: RehearsalOf,
  timer: string | undefined,
  context: JobContext,
  settings: DeploySettings,
): Promise<void> {
  const { db, clock, log } = context
  const opening = await db.inOrganisation(of.organisationId, (tx) => openRehearsal(tx, of, clock))
  switch (opening.is) {
    case 'over':
      return wakeCheck(db, of)
    case 'busy':
      return putOff(db, { ...wholeOf(of), timer }, wakeOf(of), clock.now(), 1000)
    case 'open':
      break
  }
  const { way, deployment } = opening
  const at: LookAt = { ...of, path: `${deployment.path}/${of.attempt}`, timer }
  if (await isStale(db, at, timer)) return
  const say = sayTo(db, { ...of, stream: checkStream(of.executionId, of.path), path: at.path }, clock)
  await say(`${deployment.environment.name}: ${begins(way, deployment)}`)
  const outcome = await settings.runTarget(deployment, wakeOf(of), { db, clock, log })
  if (outcome.state === 'waiting') return lookAgainAt(db, at, wakeOf(of), outcome.until)
  const ended: WayEnded =
    outcome.state === 'done'
      ? { is: 'healthy', release: deployment.release }
      : await failureOf(db, deployment, outcome.error)
  await db.inOrganisation(of.organisationId, (tx) => endWay(tx, of, way, ended, clock))
  await say(`${deployment.environment.name}: ${ended.is === 'failed' ? ended.error.what : 'It is well.'}`)
  return lookAtRehearsal(of, undefined, context, settings)
}

function begins(way: Way, { release }: OpenDeployment): string {
  return way === 'back' ? `Back to release ${release.number}.` : `Forward to release ${release.number}.`
}

async function failureOf(
  db: Database,
  { organisationId, id }: OpenDeployment,
  error: UserErrorFields,
): Promise<WayEnded> {
  const wasTold = await db.inOrganisation(organisationId, (tx) => hasBegun(tx, id))
  return { is: 'failed', error, isKnown: !wasTold || !isUnsaid(error) }
}

async function wakeCheck(
  db: Database,
  { organisationId, executionId, path, attempt }: RehearsalOf,
): Promise<void> {
  await db.inOrganisation(organisationId, (tx) =>
    enqueue(tx, checkJob, { executionId, path, attempt }, { organisationId }),
  )
}

function wholeOf({ organisationId, executionId, path, attempt, environmentId }: RehearsalOf): LookAt {
  return { organisationId, executionId, path: `${path}/${attempt}/${environmentId}` }
}

function wakeOf({ executionId, path, attempt, environmentId }: RehearsalOf): Wake {
  return { name: rehearseJob.name, payload: { executionId, path, attempt, environmentId } }
}

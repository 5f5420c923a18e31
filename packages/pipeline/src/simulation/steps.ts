import { sendCommand } from './host.ts'
import type { Moment } from './moment.ts'
import type { Command, Deployment, Outcome, Rows, Wake } from './rows.ts'
import type { Session, Work } from './session.ts'

export type StepsOutcome =
  /** `red`: what went wrong on the host, which is being undone there. */
  | { is: 'waits'; until: Moment; red: string | null }
  | { is: 'done' }
  | { is: 'stopped' }
  | { is: 'failed'; code: string }

/** Whose steps they are, who is woken by what they wait for, and whether they may still begin on the host. */
export type StepsOf = { deployment: Deployment; isWatched: boolean; wake: Wake; isWanted(): boolean }

const lookAgainMilliseconds = 15_000
/** Of a deployment, and of going back from one that is red. */
const deploySeconds = 420

/** As the steps of the server: what the account needs, then the release to the host, and its word. */
export function* runSteps(session: Session, of: StepsOf): Work<StepsOutcome> {
  const { rows, seed, clock } = session
  const steps = rows.stepsOf(of.deployment.id)
  steps.readyAt ??= seed.chance(300) ? rows.now + 20_000 : rows.now
  yield
  if (steps.readyAt > rows.now) return { is: 'waits', until: steps.readyAt, red: null }
  const until = clock() + lookAgainMilliseconds
  if (steps.commandId !== null) {
    const { outcome, red } = rows.commands.find(({ id }) => id === steps.commandId) ?? unheard
    if (outcome === null) return { is: 'waits', until, red }
    return outcome.ok ? { is: 'done' } : { is: 'failed', code: outcome.code }
  }
  // The host is looked up, which takes a while in which others go on.
  yield
  const sent = yield* sendOnce(session, of)
  if (sent === undefined) return { is: 'stopped' }
  yield
  steps.commandId = sent.id
  return { is: 'waits', until, red: null }
}

const unheard: { outcome: Outcome | null; red: string | null } = { outcome: null, red: null }

function* sendOnce({ rows }: Session, of: StepsOf): Work<Command | undefined> {
  const { environmentId, id, release, fence } = of.deployment
  const already = commandOf(rows, id)
  if (already !== undefined) return already
  if (!rows.has('one-command-a-deployment')) yield
  if (!of.isWanted()) return undefined
  const { isWatched, wake } = of
  return sendCommand(
    rows,
    { environmentId, kind: 'deploy', deploymentId: id, stops: null, release, fence, isWatched, wake },
    deploySeconds,
  )
}

/** The newest command to a host that belongs to a deployment. */
export function commandOf(rows: Rows, deploymentId: string): Command | undefined {
  return rows.commands.findLast((each) => each.kind === 'deploy' && each.deploymentId === deploymentId)
}

/** As isUnsaid of deployment-end.ts: the host did not say how it ended. */
export const isUnsaid = (code: string): boolean => code === 'host-did-not-answer'

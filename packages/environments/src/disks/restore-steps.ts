import {
  type AccountContext,
  attachDisk,
  detachDisk,
  dropVolume,
  forgetVolume,
  getSnapshot,
  switchHost,
  takeSnapshot,
  volumeNumbers,
} from '@slipway/cloud'
import {
  asId,
  type DiskRestoreId,
  type EnvironmentId,
  type UserErrorFields,
  type UserId,
} from '@slipway/core'
import { releaseLease, type Tx, takeLease } from '@slipway/db'
import { healthIn, isStanding } from '../health.ts'

/** What the steps of a restore work on. Memory: the numbers of the volumes before and after, once they are chosen. */
export type RestoreContext = AccountContext & {
  restoreId: DiskRestoreId
  environmentId: EnvironmentId
  /** For people: app and environment. */
  title: string
  disk: string
  /** As EC2 names what the disk is made of. */
  awsSnapshotId: string
  by: UserId
  /** Why it goes back, on the way back. */
  error: UserErrorFields | undefined
}

export type RestoreResult =
  | { state: 'done'; memory?: Record<string, string> }
  | { state: 'wait'; until: Date; on: string; memory?: Record<string, string> }
  | { state: 'failed'; error: UserErrorFields }

export type RestoreStep = {
  name: string
  title: string
  limitSeconds: number
  run(context: RestoreContext): Promise<RestoreResult>
}

/** Longer than any wait between two looks; renewed at each. */
const leaseSeconds = 900
const lookAgainMilliseconds = 1000
/** A service has as long to become healthy as a deployment gives it at most, several times over: its disk may be checked first. */
const healthSeconds = 300
const daySeconds = 86_400

const leaseOf = (environmentId: EnvironmentId) => `environment:${environmentId}`

/** The environment is nobody else's: no deployment begins, and the look that renews it goes on. */
export async function holdEnvironment(
  tx: Tx,
  { organisationId, environmentId, restoreId }: RestoreContext,
): Promise<boolean> {
  const name = leaseOf(environmentId)
  return (await takeLease(tx, organisationId, name, restoreId, leaseSeconds)) !== undefined
}

export async function letEnvironmentGo(
  tx: Tx,
  { organisationId, environmentId, restoreId }: RestoreContext,
): Promise<void> {
  await releaseLease(tx, organisationId, leaseOf(environmentId), restoreId)
}

const hold: RestoreStep = {
  name: 'hold',
  title: 'Wait for deployments to end',
  limitSeconds: 3600,
  async run(context) {
    const isHeld = await context.db.inOrganisation(context.organisationId, (tx) =>
      holdEnvironment(tx, context),
    )
    if (!isHeld) return wait(context, 'a deployment to end')
    const { now, next } = await volumeNumbers(context, context)
    return { state: 'done', memory: { ...context.memory, before: String(now), after: String(next) } }
  },
}

const switchOff: RestoreStep = {
  name: 'stop',
  title: 'Stop the services and their host',
  limitSeconds: 600,
  run: (context) => switchHost(context, context.environmentId, 'off'),
}

/** What it holds is fixed when it is asked for, so that the exchange need not wait until it is complete. */
const keep: RestoreStep = {
  name: 'keep',
  title: 'Keep the disk as a snapshot',
  limitSeconds: 900,
  async run(context) {
    const { db, organisationId, environmentId, clock } = context
    const kept = await db.inOrganisation(organisationId, (tx) => keptBy(tx, context))
    if (kept === undefined) {
      await db.inOrganisation(organisationId, async (tx) => {
        const { cloudAccountId, region, disk, by, restoreId } = context
        const place = { organisationId, environmentId, cloudAccountId, region }
        const keptId = await takeSnapshot(tx, place, { disk, reason: 'before-restore', by }, clock)
        await tx.diskRestore.update({ where: { id: restoreId }, data: { keptId } })
      })
      return wait(context, 'the snapshot to begin')
    }
    switch (kept.state) {
      case 'asked':
        return wait(context, 'the snapshot to begin')
      case 'pending':
      case 'completed':
        return { state: 'done' }
      default:
        return { state: 'failed', error: kept.error ?? notKept(context) }
    }
  },
}

const detach = (name: string): RestoreStep => ({
  name,
  title: 'Take the disk off',
  limitSeconds: 900,
  run: async (context) => fromStack(await detachDisk(context, context)),
})

const attach: RestoreStep = {
  name: 'attach',
  title: 'Make a disk of the snapshot and attach it',
  limitSeconds: 1800,
  run: async (context) => {
    const volume = { number: numberOf(context, 'after'), snapshotId: context.awsSnapshotId }
    return fromStack(await attachDisk(context, context, volume))
  },
}

const switchOn = (name: string): RestoreStep => ({
  name,
  title: 'Start the host',
  limitSeconds: 900,
  run: (context) => switchHost(context, context.environmentId, 'on'),
})

const health: RestoreStep = {
  name: 'health',
  title: 'Services are healthy',
  limitSeconds: healthSeconds,
  async run(context) {
    const unwell = await context.db.inOrganisation(context.organisationId, (tx) =>
      unwellIn(tx, context.environmentId),
    )
    return unwell.length === 0 ? { state: 'done' } : wait(context, `${unwell.join(', ')} to be healthy`)
  },
}

/** Only then the disk that was exchanged is deleted: what it held is in the snapshot, all of it. */
const clear: RestoreStep = {
  name: 'clear',
  title: 'Delete the disk that was exchanged',
  limitSeconds: 7 * daySeconds,
  async run(context) {
    const { db, organisationId } = context
    const kept = await db.inOrganisation(organisationId, (tx) => keptBy(tx, context))
    if (kept?.state === 'asked' || kept?.state === 'pending')
      return wait(context, 'the snapshot of the disk before to be complete', 15_000)
    // Without a snapshot the volume is the only copy: it stays, and costs until somebody deletes it.
    if (kept?.state !== 'completed') return { state: 'failed', error: notKept(context) }
    const isHeld = await db.inOrganisation(organisationId, (tx) => holdEnvironment(tx, context))
    if (!isHeld) return wait(context, 'a deployment to end')
    return fromStack(await dropVolume(context, context, numberOf(context, 'before')))
  },
}

/** Also where it could not be made, and would be asked for again. */
const forget: RestoreStep = {
  name: 'forget',
  title: 'Delete the disk that was made of the snapshot',
  limitSeconds: 900,
  run: async (context) => fromStack(await forgetVolume(context, context, numberOf(context, 'after'))),
}

const attachBefore: RestoreStep = {
  name: 'attach-before',
  title: 'Attach the disk that was there before',
  limitSeconds: 1800,
  run: async (context) =>
    fromStack(await attachDisk(context, context, { number: numberOf(context, 'before') })),
}

/** To the disk of the snapshot; the last is done while the services run, and a deployment may come before it. */
export const forward: readonly RestoreStep[] = [
  hold,
  switchOff,
  keep,
  detach('detach'),
  attach,
  switchOn('start'),
  health,
  clear,
]

/** To the disk before, where something went wrong. */
export const back: readonly RestoreStep[] = [
  { ...switchOff, name: 'stop-again' },
  detach('detach-again'),
  forget,
  attachBefore,
  switchOn('start-before'),
]

/** Where the way back begins, by the step that failed: what was not touched needs not be put back. */
export function wayBackFrom(step: string): string | undefined {
  switch (step) {
    case 'hold':
    case 'clear':
      return undefined
    case 'stop':
    case 'keep':
      return 'start-before'
    case 'detach':
      return 'attach-before'
    case 'attach':
      return 'forget'
    default:
      return 'stop-again'
  }
}

/** The snapshot of the disk before, once it is asked for. */
async function keptBy(tx: Tx, { restoreId, environmentId }: RestoreContext) {
  const { keptId } = await tx.diskRestore.findUniqueOrThrow({ where: { id: restoreId } })
  return keptId === null ? undefined : getSnapshot(tx, environmentId, asId('diskSnapshot', keptId))
}

async function unwellIn(tx: Tx, id: EnvironmentId): Promise<string[]> {
  const environment = await tx.environment.findUniqueOrThrow({ where: { id }, include: { hosts: true } })
  const services = await tx.service.findMany({ where: { environmentId: id, removedAt: null } })
  const hosts = environment.hosts.filter(({ state }) => state !== 'gone')
  return services
    .filter(isStanding)
    .filter((service) => healthIn({ ...environment, hosts }, service.id).state !== 'healthy')
    .map(({ name }) => name)
}

function fromStack(progress: Awaited<ReturnType<typeof detachDisk>>): RestoreResult {
  switch (progress.state) {
    case 'ready':
      return { state: 'done' }
    case 'waiting':
      return { state: 'wait', until: progress.until, on: progress.on }
    case 'failed':
      return progress
  }
}

function wait({ clock }: RestoreContext, on: string, milliseconds = lookAgainMilliseconds): RestoreResult {
  return { state: 'wait', until: new Date(clock.now().getTime() + milliseconds), on }
}

function numberOf({ memory }: RestoreContext, which: 'before' | 'after'): number {
  const number = memory[which]
  if (number === undefined) throw new Error(`the restore does not know the volume ${which}`)
  return Number(number)
}

function notKept({ disk }: RestoreContext): UserErrorFields {
  return {
    code: 'snapshot-failed',
    kind: 'failed',
    what: `The snapshot of ${disk} before the restore could not be taken.`,
    why: 'Without it what the disk holds now would be lost.',
    todo: 'Try again. The disk as it was is kept, attached or beside the new one.',
  }
}

import type { Answers } from '../api/trpc.ts'
import type { StateKind } from '../ui/State.tsx'

type Shown = Answers['disks']['list']
export type Snapshot = Shown['snapshots'][number]
/** An environment of an app, by their names. */
export type Place = { app: string; environment: string }
type Look = { kind: StateKind; word: string }

/** What takes snapshots of a disk by itself, and how many are kept. */
export function scheduleOf(plan: Shown['disks'][number]['snapshots']): string {
  if (plan === null) return 'No snapshots by themselves'
  const ages = [
    ...(plan.hourly > 0 ? [`${plan.hourly} hourly`] : []),
    ...(plan.daily > 0 ? [`${plan.daily} daily`] : []),
    ...(plan.weekly > 0 ? [`${plan.weekly} weekly`] : []),
  ]
  return `${ages.join(', ')} snapshots are kept`
}

export const reasonWords: Record<Snapshot['reason'], string> = {
  hourly: 'hourly',
  daily: 'daily',
  weekly: 'weekly',
  now: 'by hand',
  'before-restore': 'before a restore',
}

const looks: Record<Snapshot['state'], Look> = {
  asked: { kind: 'running', word: 'Begins' },
  pending: { kind: 'running', word: 'Is taken' },
  completed: { kind: 'good', word: 'Complete' },
  failed: { kind: 'bad', word: 'Failed' },
  deleting: { kind: 'going-back', word: 'Is deleted' },
  deleted: { kind: 'none', word: 'Deleted' },
}

export function snapshotLook({ state }: Pick<Snapshot, 'state'>): Look {
  return looks[state]
}

/** How a restore is; one that goes back says so while it does. */
export function restoreLook({ state, error }: Pick<Shown['restores'][number], 'state' | 'error'>): Look {
  switch (state) {
    case 'running':
      return error === null
        ? { kind: 'running', word: 'Restores' }
        : { kind: 'going-back', word: 'Goes back' }
    case 'restored':
      return { kind: 'good', word: 'Restored' }
    case 'undone':
      return { kind: 'going-back', word: 'The disk before is back' }
    case 'failed':
      return { kind: 'bad', word: 'Failed' }
  }
}

export const stepLook: Record<Shown['restores'][number]['steps'][number]['is'], Look> = {
  done: { kind: 'good', word: 'Done' },
  now: { kind: 'running', word: 'Now' },
  ahead: { kind: 'none', word: 'Ahead' },
}

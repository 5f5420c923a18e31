import type { StateKind } from '../ui/State.tsx'

type Run = {
  state: string
  code: number | null
  missed: number | null
}

const looks: Record<string, { kind: StateKind; word: string }> = {
  waiting: { kind: 'waiting', word: 'Waits for the host' },
  running: { kind: 'running', word: 'Runs' },
  succeeded: { kind: 'good', word: 'Ended well' },
  failed: { kind: 'bad', word: 'Failed' },
  'timed-out': { kind: 'bad', word: 'Took too long' },
  cancelled: { kind: 'none', word: 'Cancelled' },
  replaced: { kind: 'superseded', word: 'Ended by the next run' },
  skipped: { kind: 'superseded', word: 'Skipped, the one before still ran' },
  missed: { kind: 'warning', word: 'Missed, the host was away' },
}

/** How a run is, as the eye and a sentence have it. */
export function runLook(run: Run): { kind: StateKind; word: string } {
  const look = looks[run.state] ?? { kind: 'none' as const, word: run.state }
  if (run.state === 'failed' && run.code !== null) return { ...look, word: `Failed, code ${run.code}` }
  if (run.state === 'missed' && run.missed !== null && run.missed > 1)
    return { ...look, word: `${run.missed} missed, the host was away` }
  return look
}

export function isOver({ state }: Pick<Run, 'state'>): boolean {
  return state !== 'waiting' && state !== 'running'
}

const overlapWords: Record<string, string> = {
  skip: 'a run that still goes on keeps the next from beginning',
  allow: 'a run that still goes on does not matter to the next',
  replace: 'a run that still goes on is ended by the next',
}

/** `0 3 * * *, Europe/London: a run that still goes on …`. */
export function scheduleWords({
  cron,
  zone,
  overlap,
}: {
  cron: string
  zone: string
  overlap: string
}): string {
  return `${cron}, ${zone}; ${overlapWords[overlap] ?? overlap}`
}

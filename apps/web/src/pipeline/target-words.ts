import { healthLook } from '../environments/health.ts'
import type { StateKind } from '../ui/State.tsx'
import type { StageShown, TargetShown } from './pipeline-shown.ts'

/** Of a target whose live revision is marked bad; it stays until something else is deployed there. */
export const runsBad = 'Runs a bad revision'

type Look = { kind: StateKind; word: string }

/** What happens in an environment now; where nothing does, how what is live there is. */
export function targetLook({ environment, progress }: TargetShown): Look {
  const moving = progress === null ? undefined : progressLook(progress.is)
  if (moving !== undefined) return moving
  if (environment === null) return { kind: 'none', word: 'Deleted' }
  if (environment.live === null) return { kind: 'none', word: 'Nothing live' }
  const { kind, word } = healthLook(environment.health)
  return kind === 'good' && environment.live.isBad ? { kind: 'warning', word: runsBad } : { kind, word }
}

type Progress = NonNullable<TargetShown['progress']>['is']

/** Undefined for what has come to rest well: then its health says more. */
function progressLook(is: Progress): Look | undefined {
  switch (is) {
    case 'deploying':
      return { kind: 'running', word: 'Deploying' }
    case 'stopping':
      return { kind: 'running', word: 'Stopping' }
    case 'restoring':
      return { kind: 'going-back', word: 'Going back' }
    case 'failed':
      return { kind: 'bad', word: 'Failed' }
    case 'restore-failed':
      return { kind: 'bad', word: 'Did not go back' }
    case 'restored':
      return { kind: 'going-back', word: 'Went back' }
    case 'ahead':
    case 'healthy':
    case 'stopped':
    case 'never':
      return undefined
  }
}

/** Whether a target of a long list is written out: only what moves, and what is not well. */
export function isWrittenOut(target: TargetShown): boolean {
  return !['good', 'none'].includes(targetLook(target).kind)
}

/** “5 healthy, 1 deploying” of many targets, the most first. */
export function countsOf(targets: readonly TargetShown[]): string {
  const counts = new Map<string, number>()
  for (const target of targets) {
    const word = targetLook(target).word.toLowerCase()
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ')
}

/** Of a stage that deploys nowhere: its step says which stages come next. */
export const isGenerating = ({ waves }: Pick<StageShown, 'waves'>) => waves.length === 0

/** Where a stage deploys to, in a few words: the accounts, and the region or how many targets. */
export function placeOf({ waves }: Pick<StageShown, 'waves'>): string {
  if (isGenerating({ waves })) return 'says what comes next'
  const environments = waves.flatMap(({ targets }) => targets.flatMap(({ environment }) => environment ?? []))
  const accounts = [...new Set(environments.map(({ cloudAccount }) => cloudAccount.name))]
  const [first] = environments
  const where = environments.length === 1 && first ? first.region : `${environments.length} targets`
  return accounts.length > 2 ? `${accounts.length} accounts · ${where}` : `${accounts.join(', ')} · ${where}`
}

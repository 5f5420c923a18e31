import type { StateKind } from '../ui/State.tsx'

/** How the health of a service, or the worst of several, looks and is called. */
export function healthLook(state: string): { kind: StateKind; word: string } {
  return looks[state] ?? { kind: 'waiting', word: state }
}

const looks: Record<string, { kind: StateKind; word: string }> = {
  live: { kind: 'good', word: 'Live' },
  healthy: { kind: 'good', word: 'Healthy' },
  starting: { kind: 'running', word: 'Starting' },
  unhealthy: { kind: 'bad', word: 'Not healthy' },
  crashed: { kind: 'bad', word: 'Crashed' },
  stopped: { kind: 'none', word: 'Stopped' },
  unknown: { kind: 'held', word: 'Not heard from' },
  none: { kind: 'none', word: 'Nothing runs' },
}

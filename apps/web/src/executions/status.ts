import type { StateKind } from '../ui/State.tsx'

/** How an execution's state looks and is called. A state that is newer than this page keeps its own word. */
export function statusLook(status: string): { kind: StateKind; word: string } {
  return looks[status] ?? { kind: 'waiting', word: status }
}

const looks: Record<string, { kind: StateKind; word: string }> = {
  building: { kind: 'running', word: 'Building' },
  holding: { kind: 'for-you', word: 'Waits for Deploy' },
  waiting: { kind: 'waiting', word: 'Waits for its turn' },
  checking: { kind: 'running', word: 'Running a step' },
  deploying: { kind: 'running', word: 'Deploying' },
  'going-back': { kind: 'going-back', word: 'Going back' },
  cancelling: { kind: 'running', word: 'Cancelling' },
  succeeded: { kind: 'good', word: 'Deployed' },
  failed: { kind: 'bad', word: 'Failed' },
  cancelled: { kind: 'none', word: 'Cancelled' },
  superseded: { kind: 'superseded', word: 'Superseded' },
}

/** “Waits for an approval by owners” of “Approval by owners”; what follows a comma is left to the place that has room. */
export function waitWords(waitsFor: string): string {
  const [first = ''] = waitsFor.split(', ')
  // A command keeps its own letters.
  if (!/^[A-Z][a-z]+ /.test(first)) return `Waits for ${first}`
  const thing = first.charAt(0).toLowerCase() + first.slice(1)
  if (/^(the|somebody) /.test(thing)) return `Waits for ${thing}`
  return `Waits for ${/^[aeiou]/.test(thing) ? 'an' : 'a'} ${thing}`
}

/** Whether nothing more will happen to it. */
export function hasEnded(status: string): boolean {
  return ['succeeded', 'failed', 'cancelled', 'superseded'].includes(status)
}

/** What an execution is for, in words that follow its number. */
export function kindWord(kind: string): string {
  const words: Record<string, string> = {
    push: 'push',
    redeploy: 'deploys a release again',
    configuration: 'brings changed variables',
    rollback: 'rolls back',
  }
  return words[kind] ?? kind
}

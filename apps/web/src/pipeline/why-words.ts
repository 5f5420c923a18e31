import { waitWords } from '../executions/status.ts'
import type { StateKind } from '../ui/State.tsx'
import type { CommitShown } from './pipeline-shown.ts'

/** Why a commit is no further, as the eye sees it and in a sentence. */
export function whyLook({ why }: Pick<CommitShown, 'why'>): { kind: StateKind; words: string } {
  switch (why.is) {
    case 'everywhere':
      return { kind: 'good', words: 'Everywhere' }
    case 'moving':
      return { kind: 'running', words: why.words }
    case 'waits':
      return { kind: 'waiting', words: waitWords(why.waits.waitsFor) }
    case 'rides':
      return { kind: 'superseded', words: `Rides along with ${why.with.slice(0, 7)}` }
    case 'going-back':
      return { kind: 'going-back', words: why.words }
    case 'bad':
    case 'failed':
      return { kind: 'bad', words: why.words }
    case 'gone':
      return { kind: 'none', words: why.words }
  }
}

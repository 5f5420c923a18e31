import type { StateKind } from '../ui/State.tsx'
import type { CheckShown } from './pipeline-shown.ts'

/** How a step or a gate stands, as the eye sees it and in a word. */
export function checkLook({ state, isStep }: Pick<CheckShown, 'state' | 'isStep'>): {
  kind: StateKind
  word: string
} {
  switch (state.is) {
    case 'ahead':
      return { kind: 'none', word: 'Not asked yet' }
    case 'asked':
      return isStep ? { kind: 'running', word: 'Runs' } : { kind: 'waiting', word: 'Waits' }
    case 'passed':
      return state.isOverridden
        ? { kind: 'warning', word: 'Passed over' }
        : { kind: 'good', word: state.by === null ? 'Passed' : 'Approved' }
    case 'failed':
      return { kind: 'bad', word: 'Failed' }
    case 'never':
      return { kind: 'none', word: 'Never asked' }
  }
}

import type { StateKind } from '../ui/State.tsx'

/** How a connection's state looks and is called. */
export function accountLook(state: string): { kind: StateKind; word: string } {
  return looks[state] ?? { kind: 'waiting', word: state }
}

const looks: Record<string, { kind: StateKind; word: string }> = {
  waiting: { kind: 'running', word: 'Waiting for the stack' },
  proving: { kind: 'running', word: 'Being proved' },
  connected: { kind: 'good', word: 'Connected' },
  refused: { kind: 'bad', word: 'Refused' },
  broken: { kind: 'bad', word: 'Broken' },
  disconnected: { kind: 'none', word: 'Disconnected' },
}

/** "4410-2276-9035": an account number as AWS's console groups it. */
export function groupDigits(accountNumber: string): string {
  return accountNumber.replace(/(\d{4})(?=\d)/g, '$1-')
}

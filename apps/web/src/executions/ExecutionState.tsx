import { Pill, State } from '../ui/State.tsx'
import { statusLook } from './status.ts'

/** An execution's state, icon and word. */
export function ExecutionState({ status, isPill = false }: { status: string; isPill?: boolean }) {
  const { kind, word } = statusLook(status)
  return isPill ? <Pill kind={kind}>{word}</Pill> : <State kind={kind}>{word}</State>
}

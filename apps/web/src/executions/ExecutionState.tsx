import { Pill, State } from '../ui/State.tsx'
import { statusLook, waitWords } from './status.ts'

/** An execution's state, icon and word. Of one that waits before a stage, with what it waits for where that is known. */
export function ExecutionState({
  status,
  waitsFor = null,
  isPill = false,
}: {
  status: string
  waitsFor?: string | null | undefined
  isPill?: boolean
}) {
  const { kind, word } = statusLook(status)
  const words = status === 'waiting' && waitsFor !== null ? waitWords(waitsFor) : word
  return isPill ? <Pill kind={kind}>{words}</Pill> : <State kind={kind}>{words}</State>
}

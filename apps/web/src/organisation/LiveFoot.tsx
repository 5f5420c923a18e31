'use client'
import { useLiveState } from '../api/live.tsx'
import { clockTime } from '../ui/format-time.ts'
import { State } from '../ui/State.tsx'

/** Whether what is on the screen is kept true, and since when it is not. */
export function LiveFoot() {
  const { isLive, lastAt } = useLiveState()
  if (isLive === null) return <span role="status">Connecting</span>
  if (!isLive) {
    return (
      <span role="status">
        <State kind="held">
          Not live since {lastAt ? clockTime(lastAt) : 'now'} UTC; what is shown may be old
        </State>
      </span>
    )
  }
  return (
    <span className="flex items-center gap-2 text-ink-2">
      <span aria-hidden="true" className="size-1.5 rounded-full bg-ok" />
      <span>
        Live
        {lastAt ? <>, last event {clockTime(lastAt)} UTC</> : null}
      </span>
    </span>
  )
}

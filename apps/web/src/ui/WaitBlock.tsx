'use client'
import { Time } from './Time.tsx'

/** The four questions of whatever waits, always in this order and nothing else. Times are ISO. */
export type Waits = { waitsFor: string; since: string; until: string; mayAct: string }

export function WaitBlock({ waits }: { waits: Waits }) {
  return (
    <dl className="grid grid-cols-[64px_minmax(0,1fr)] gap-x-2 gap-y-[3px] text-12">
      <dt className="text-ink-3">Waits for</dt>
      <dd>{waits.waitsFor}</dd>
      <dt className="text-ink-3">Since</dt>
      <dd>
        <Time at={waits.since} />
      </dd>
      <dt className="text-ink-3">Until</dt>
      <dd>
        <Time at={waits.until} />
      </dd>
      <dt className="text-ink-3">May act</dt>
      <dd>{waits.mayAct}</dd>
    </dl>
  )
}

import clsx from 'clsx'
import type { ReactNode } from 'react'

export type PlanLine = { key: string; term: ReactNode; amount: ReactNode }

/** One plan's sum of the month, made to stand beside the other's. The plan that holds carries the accent. */
export function PlanColumn({
  name,
  isYours,
  lines,
  total,
  byEnd,
}: {
  name: string
  isYours: boolean
  lines: PlanLine[]
  total: ReactNode
  /** What it will come to, below what it is. */
  byEnd?: PlanLine | undefined
}) {
  return (
    <div className={clsx('px-4 pt-3 pb-3.5', isYours && 'shadow-[inset_0_2px_0_var(--accent)]')}>
      <h3 className="mb-2 flex items-center gap-2 text-13 font-semibold">
        {name}
        {isYours ? (
          <span className="rounded-4 border px-[5px] font-mono text-11 font-normal text-ink-2">yours</span>
        ) : null}
      </h3>
      <dl className="grid grid-cols-[1fr_auto] gap-x-2 gap-y-1 text-12">
        {lines.map((line) => (
          <div key={line.key} className="contents">
            <dt className="text-ink-2">{line.term}</dt>
            <dd className="text-right">{line.amount}</dd>
          </div>
        ))}
        <dt className="mt-1 border-t pt-1.5 text-13 font-medium">So far</dt>
        <dd className="mt-1 border-t pt-1.5 text-right text-16 font-semibold tracking-[-0.01em]">{total}</dd>
        {byEnd ? (
          <div className="contents">
            <dt className="text-ink-2">{byEnd.term}</dt>
            <dd className="text-right">{byEnd.amount}</dd>
          </div>
        ) : null}
      </dl>
    </div>
  )
}

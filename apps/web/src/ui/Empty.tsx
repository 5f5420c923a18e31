'use client'
import clsx from 'clsx'
import { type ReactNode, useEffect, useState } from 'react'

/** A list with nothing in it: says what would be here and the next step. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string
  children: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="grid justify-items-center gap-1.5 rounded-6 border border-dashed border-line-2 px-4 py-6 text-center">
      <b className="text-14 font-semibold">{title}</b>
      <div className="max-w-[60ch] text-13 text-ink-2">{children}</div>
      {action ? <div className="mt-1.5 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  )
}

/** Hatching with a sentence: there is no data yet, which is not the same as zero. */
export function NoData({ children, className = 'h-[104px]' }: { children: ReactNode; className?: string }) {
  return (
    <div className={clsx('hatch grid place-items-center rounded-4 border text-center', className)}>
      <span className="max-w-[90%] bg-surface px-2.5 py-1 text-12 text-ink-2">{children}</span>
    </div>
  )
}

/** Still rows in the shape of what comes. After two seconds a sentence says what is slow. */
export function LoadingRows({ rows = 3, what }: { rows?: number; what: string }) {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 2000)
    return () => clearTimeout(timer)
  }, [])
  const widths = ['w-[140px]', 'w-[200px]', 'w-[110px]']
  return (
    <div role="status" aria-busy="true" className="grid gap-2.5 p-4">
      <span className="sr-only">Loading {what}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: nothing but a number tells these apart
        <div key={row} className="flex items-center gap-2" aria-hidden="true">
          <span className="size-[30px] rounded-6 bg-hover" />
          <span className={clsx('h-3 rounded-2 bg-hover', widths[row % 3])} />
          <span className="ml-auto h-3 w-20 rounded-2 bg-hover" />
        </div>
      ))}
      {isSlow ? (
        <p className="text-12 text-ink-2">Still loading {what}: the api has not answered yet.</p>
      ) : null}
    </div>
  )
}

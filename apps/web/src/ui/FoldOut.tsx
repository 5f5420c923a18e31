'use client'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'

/** Something that few need: one line, open on a click. */
export function FoldOut({ summary, children }: { summary: ReactNode; children: ReactNode }) {
  return (
    <details className="group">
      <summary className="flex w-fit list-none items-center gap-1.5 text-13 text-ink-2 hover:text-ink [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden="true" className="size-3.5 transition-transform group-open:rotate-90" />
        {summary}
      </summary>
      <div className="mt-3">{children}</div>
    </details>
  )
}

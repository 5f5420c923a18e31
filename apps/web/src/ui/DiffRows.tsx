import clsx from 'clsx'
import type { ReactNode } from 'react'

export type DiffRow = {
  key: string
  change: 'added' | 'removed' | 'changed' | 'same'
  name: ReactNode
  detail?: ReactNode
  aside?: ReactNode
}

const signs = {
  added: { sign: '+', word: 'added', tone: 'text-ok' },
  removed: { sign: '−', word: 'removed', tone: 'text-bad' },
  changed: { sign: '~', word: 'changed', tone: 'text-info' },
  same: { sign: '=', word: 'stays', tone: 'text-ink-3' },
} as const

/** What will be different: sign, name, value or place, figure. */
export function DiffRows({ rows }: { rows: DiffRow[] }) {
  return (
    <ul className="py-1">
      {rows.map((row) => (
        <li
          key={row.key}
          className="grid grid-cols-[12px_minmax(0,1fr)] items-baseline gap-x-2.5 px-4 py-1.5 text-13 md:grid-cols-[12px_minmax(120px,220px)_minmax(0,1fr)_auto]"
        >
          <span className={clsx('font-mono font-semibold', signs[row.change].tone)}>
            <span aria-hidden="true">{signs[row.change].sign}</span>
            <span className="sr-only">{signs[row.change].word}</span>
          </span>
          <span className="min-w-0 [overflow-wrap:anywhere]">{row.name}</span>
          <span className="col-start-2 min-w-0 text-ink-2 [overflow-wrap:anywhere] md:col-start-3">
            {row.detail}
          </span>
          <span className="col-start-2 text-12 text-ink-3 md:col-start-4">{row.aside}</span>
        </li>
      ))}
    </ul>
  )
}

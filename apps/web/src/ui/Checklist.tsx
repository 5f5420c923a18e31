import clsx from 'clsx'
import type { ReactNode } from 'react'
import { StateIcon, type StateKind } from './State.tsx'

export type Check = { key: string; state: StateKind; title: ReactNode; detail?: ReactNode; aside?: ReactNode }

/** What is proved one after the other; the line between two grows green as they pass. */
export function Checklist({ checks }: { checks: Check[] }) {
  return (
    <ol className="py-1">
      {checks.map((check, index) => (
        <li key={check.key} className="relative grid grid-cols-[16px_minmax(0,1fr)_auto] gap-x-3 px-4 py-2">
          <StateIcon kind={check.state} className="mt-0.5 size-4" />
          <div className="min-w-0">
            <b className={clsx('block text-13 font-medium', check.state === 'none' && 'text-ink-3')}>
              {check.title}
            </b>
            {check.detail ? (
              <div className="text-12 text-ink-2 [overflow-wrap:anywhere]">{check.detail}</div>
            ) : null}
          </div>
          <span className="text-12 text-ink-3">{check.aside}</span>
          {index < checks.length - 1 ? (
            <span
              aria-hidden="true"
              className={clsx(
                'absolute top-[29px] -bottom-[7px] left-[23.5px] w-px',
                check.state === 'good' ? 'bg-ok-line' : 'bg-line',
              )}
            />
          ) : null}
        </li>
      ))}
    </ol>
  )
}

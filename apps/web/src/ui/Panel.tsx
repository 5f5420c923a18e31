import clsx from 'clsx'
import { type ReactNode, useId } from 'react'

/**
 * One sheet of the page: a ruled box with a head. `isForYou` draws the accent bar that says "this is for you
 * to do"; at most one such block a screen. `isGoingBack` draws the red line on top.
 */
export function Panel({
  title,
  sub,
  aside,
  children,
  isForYou = false,
  isGoingBack = false,
  className,
}: {
  title?: ReactNode
  sub?: ReactNode
  aside?: ReactNode
  children: ReactNode
  isForYou?: boolean
  isGoingBack?: boolean
  className?: string
}) {
  const id = useId()
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className={clsx(
        'min-w-0 rounded-6 border bg-surface',
        isForYou && 'for-you',
        isGoingBack && 'going-back',
        className,
      )}
    >
      {title ? (
        <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1.5 border-b px-4 py-1.5">
          <h2 id={id} className="text-14 font-semibold tracking-[-0.006em]">
            {title}
          </h2>
          {sub ? <span className="min-w-0 text-12 text-ink-3">{sub}</span> : null}
          {aside ? <div className="ml-auto flex min-w-0 items-center gap-2">{aside}</div> : null}
        </header>
      ) : null}
      {children}
    </section>
  )
}

/** The usual padding inside a panel. */
export function PanelBody({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={clsx('p-4', className)}>{children}</div>
}

/** A ruled list inside a panel: rows share their lines. */
export function Rows({ children, className }: { children: ReactNode; className?: string }) {
  return <ul className={clsx('divide-y divide-line', className)}>{children}</ul>
}

/** The sums at the foot of a panel and the like: a term on the left, its figure on the right. */
export function Term({
  term,
  children,
  isTotal = false,
}: {
  term: ReactNode
  children: ReactNode
  isTotal?: boolean
}) {
  return (
    <div
      className={clsx(
        'flex items-baseline justify-between gap-4 py-1.5 text-13',
        isTotal && 'border-t border-line-2 text-14 font-semibold',
      )}
    >
      <dt className={isTotal ? 'font-medium' : 'text-ink-2'}>{term}</dt>
      <dd className="text-right font-medium whitespace-nowrap">{children}</dd>
    </div>
  )
}

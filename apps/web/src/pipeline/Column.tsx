import clsx from 'clsx'
import type { ReactNode } from 'react'

/**
 * One stage of the sheet: its head, who waits before it, and what is inside, in rows that line up over all stages.
 * `isFollowed` draws the chevron to the next one.
 */
export function Column({
  title,
  place,
  state,
  action,
  isFollowed,
  isGoingBack = false,
  children,
}: {
  title: string
  place: string
  state: ReactNode
  action?: ReactNode
  isFollowed: boolean
  isGoingBack?: boolean
  children: ReactNode
}) {
  return (
    <section
      aria-label={title}
      className={clsx(
        'grid min-w-0 border-line-2 not-first:border-t md:row-span-3 md:grid-rows-subgrid md:not-first:border-t-0 md:not-first:border-l',
        isGoingBack && 'going-back',
      )}
    >
      <header className="relative flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line-2 bg-sunken py-1.5 pr-5 pl-4">
        <h2 className="text-14 font-semibold [overflow-wrap:anywhere]">{title}</h2>
        <span className="font-mono text-11 [overflow-wrap:anywhere] text-ink-3">{place}</span>
        <span className="ml-auto flex flex-wrap items-center gap-2">
          {state}
          {action}
        </span>
        {isFollowed ? <Chevron /> : null}
      </header>
      {children}
    </section>
  )
}

function Chevron() {
  return (
    <span
      aria-hidden="true"
      className="absolute top-[12px] -right-[9px] z-10 hidden h-[17px] w-4 bg-line-2 [clip-path:polygon(0_0,45%_0,100%_50%,45%_100%,0_100%,55%_50%)] md:block"
    />
  )
}

/** A row of a stage. Hatched where nothing is in it. */
export function Slot({
  label,
  children,
  isForYou = false,
  isHatched = false,
}: {
  label: string
  children: ReactNode
  isForYou?: boolean
  isHatched?: boolean
}) {
  return (
    <div
      className={clsx(
        'grid min-h-24 min-w-0 content-start gap-3 px-4 py-3 not-last:border-b not-last:border-line-2',
        isForYou && 'for-you',
        isHatched && 'hatch',
      )}
    >
      <h3 className="w-fit bg-surface text-12 font-medium text-ink-2">{label}</h3>
      {children}
    </div>
  )
}

/** Where there is nothing: a sentence. */
export function Quiet({ children }: { children: ReactNode }) {
  return <p className="w-fit rounded-4 border bg-surface px-2.5 py-1.5 text-12 text-ink-2">{children}</p>
}

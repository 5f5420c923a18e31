import clsx from 'clsx'
import { Info, OctagonAlert, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

const looks = {
  info: { icon: Info, frame: 'border-info-line border-l-info bg-info-soft', text: 'text-info' },
  warn: { icon: TriangleAlert, frame: 'border-warn-line border-l-warn bg-warn-soft', text: 'text-warn' },
  bad: { icon: OctagonAlert, frame: 'border-bad-line border-l-bad bg-bad-soft', text: 'text-bad' },
} as const

/**
 * Says in a sentence what a worried person needs first: what happened, then what is already safe. `isUrgent`
 * is read out at once by a screen reader; for what appears while the person looks.
 */
export function Notice({
  tone,
  title,
  children,
  action,
  isUrgent = false,
  className,
}: {
  tone: keyof typeof looks
  title: ReactNode
  children?: ReactNode
  action?: ReactNode
  isUrgent?: boolean
  className?: string
}) {
  const { icon: Icon, frame, text } = looks[tone]
  return (
    <div
      role={isUrgent ? 'alert' : undefined}
      className={clsx(
        'flex flex-wrap items-start gap-x-3 gap-y-2 rounded-6 border border-l-[3px] py-[9px] pr-3 pl-3.5 text-13',
        frame,
        className,
      )}
    >
      <Icon aria-hidden="true" className={clsx('mt-0.5 size-4', text)} />
      <div className="min-w-[min(220px,80%)] flex-1">
        <b className={text}>{title}</b> {children}
      </div>
      {action}
    </div>
  )
}

/** What a person can cause or cure: what happened, why, what to do, and lines that let them see it. */
export type Problem = { what: string; why?: string; todo?: string; link?: string; details?: string[] }

/** A problem in full. The details are the thing's own words (log lines), in mono. */
export function ProblemNotice({
  problem,
  action,
  isUrgent = false,
  className,
  children,
}: {
  problem: Problem
  action?: ReactNode
  /** What is safe all the same, between what to do and the details. */
  children?: ReactNode
  isUrgent?: boolean
  className?: string
}) {
  return (
    <Notice tone="bad" title={problem.what} action={action} isUrgent={isUrgent} className={className}>
      {problem.why}
      {problem.todo ? <p className="mt-1 text-ink">{problem.todo}</p> : null}
      {children}
      {problem.details && problem.details.length > 0 ? (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
          tabIndex={0}
          className="mt-2 max-h-60 overflow-auto rounded-4 border border-bad-line bg-surface px-3 py-2 text-12 leading-5 whitespace-pre-wrap text-ink [overflow-wrap:anywhere]"
        >
          {problem.details.join('\n')}
        </pre>
      ) : null}
      {problem.link ? (
        <p className="mt-1">
          <a href={problem.link} className="link">
            More about this
          </a>
        </p>
      ) : null}
    </Notice>
  )
}

'use client'
import clsx from 'clsx'
import { useEffect, useRef, useState } from 'react'
import { type AnsiSpan, parseAnsi } from './ansi.ts'
import { logTime } from './format-time.ts'
import { highlight } from './highlight.ts'

export type LogLine = {
  /** Unique in the list and stable while lines are added. */
  key: string
  at: string
  text: string
  /** Who said it, such as a service's name; left out where all lines have one source. */
  source?: string
  /** Which of the program's two outputs it is, or what Slipway says itself. */
  level?: 'out' | 'error' | 'slipway'
}

const tones: Record<NonNullable<AnsiSpan['tone']>, string> = {
  red: 'text-bad',
  green: 'text-ok',
  yellow: 'text-warn',
  blue: 'text-info',
  cyan: 'text-accent-ink',
  magenta: 'text-ink',
}

/**
 * A log, newest below. It follows the end until the reader scrolls up, and follows again from the end or by
 * the button. Text is data: escapes become spans, never markup.
 */
export function LogView({
  lines,
  label,
  isLive,
  empty,
  height = 'max-h-[420px]',
  marked = '',
}: {
  lines: LogLine[]
  label: string
  isLive: boolean
  /** What stands here while there is no line. */
  empty: string
  height?: string
  /** A text that is marked wherever it stands. */
  marked?: string
}) {
  const box = useRef<HTMLDivElement>(null)
  const [isFollowing, setFollowing] = useState(true)
  const lastKey = lines.at(-1)?.key
  useEffect(() => {
    if (isFollowing && lastKey !== undefined && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [isFollowing, lastKey])

  if (lines.length === 0) return <p className="px-4 py-4 text-13 text-ink-2">{empty}</p>
  return (
    <div className="relative">
      <div
        ref={box}
        role="log"
        aria-label={label}
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={(event) => {
          const at = event.currentTarget
          setFollowing(at.scrollHeight - at.scrollTop - at.clientHeight < 24)
        }}
        className={clsx(
          'relative overflow-auto py-2.5 font-mono text-12 leading-5 focus-visible:-outline-offset-2',
          height,
        )}
      >
        {lines.map((line) => (
          <Line key={line.key} line={line} marked={marked} />
        ))}
        {isLive ? (
          <div className="flex gap-3 px-4 text-ink-3">
            <span className="hidden w-[92px] flex-none md:block" />
            <span className="border-l-2 border-accent pl-1.5">following</span>
          </div>
        ) : null}
      </div>
      {isFollowing ? null : (
        <button
          type="button"
          onClick={() => setFollowing(true)}
          className="absolute right-4 bottom-3 h-[26px] rounded-6 border border-line-2 bg-surface px-2.5 text-12 font-medium hover:bg-sunken"
        >
          To the end
        </button>
      )}
    </div>
  )
}

function Line({ line, marked }: { line: LogLine; marked: string }) {
  return (
    <div
      className={clsx(
        'flex flex-wrap gap-x-3 px-4 md:flex-nowrap',
        line.level === 'error' && 'shadow-[inset_2px_0_0_var(--warn-line)]',
        line.level === 'slipway' && 'font-medium text-accent-ink',
      )}
    >
      <time dateTime={line.at} className="w-[92px] flex-none text-ink-3">
        {logTime(new Date(line.at))}
      </time>
      {line.source === undefined ? null : (
        <span className="w-[72px] flex-none truncate text-ink-2" title={line.source}>
          {line.source}
        </span>
      )}
      {line.level === 'error' ? <span className="sr-only">error output</span> : null}
      <span className="min-w-0 flex-[1_1_100%] whitespace-pre-wrap [overflow-wrap:anywhere] md:flex-1">
        {highlight(parseAnsi(line.text), marked).map((span, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: the spans of a line never move
            key={index}
            className={clsx(
              span.tone && tones[span.tone],
              span.isBold && 'font-semibold',
              span.isDim && 'text-ink-3',
            )}
          >
            {span.isMatch ? (
              <mark className="rounded-2 bg-accent-soft text-ink outline outline-accent-line">
                {span.text}
              </mark>
            ) : (
              span.text
            )}
          </span>
        ))}
      </span>
    </div>
  )
}

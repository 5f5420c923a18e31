'use client'
import { useNow } from './clock.tsx'
import { absoluteTime, clockTime, formatDuration, relativeTime } from './format-time.ts'

/** "3 min ago", with the exact time on hover. `at` is an ISO string. */
export function Time({ at, className }: { at: string; className?: string }) {
  const now = useNow()
  const date = new Date(at)
  return (
    <time dateTime={at} title={absoluteTime(date)} className={className}>
      {now ? relativeTime(date, now) : absoluteTime(date)}
    </time>
  )
}

/** "14:30:05" in UTC, with the day on hover: for rows that are read against each other. */
export function ClockTime({ at, className }: { at: string; className?: string }) {
  const date = new Date(at)
  return (
    <time dateTime={at} title={absoluteTime(date)} className={className}>
      {clockTime(date)}
    </time>
  )
}

/** How long from one time to another, or until now while there is no end. */
export function Lasting({ from, to }: { from: string; to: string | null }) {
  const now = useNow()
  const end = to ? new Date(to) : now
  if (!end) return null
  return <>{formatDuration(end.getTime() - new Date(from).getTime())}</>
}

import clsx from 'clsx'
import Link from 'next/link'
import { flagOf, flagPatterns } from './flag-pattern.ts'

/** A revision's signal flag, in ink only. Always beside its sha, which is the name. */
export function Flag({ sha, className = 'h-3 w-[18px]' }: { sha: string; className?: string }) {
  return (
    <svg viewBox="-.5 -.5 19 13" aria-hidden="true" className={clsx('flex-none text-ink', className)}>
      <path d={flagPatterns[flagOf(sha)]} fill="currentColor" fillRule="evenodd" />
      <rect width="18" height="12" fill="none" stroke="currentColor" />
    </svg>
  )
}

/** Flag and short sha; never shrinks. `title` is the message and author, for hover and focus. */
export function Revision({
  sha,
  title,
  href,
  isGone = false,
}: {
  sha: string
  title?: string
  href?: string
  isGone?: boolean
}) {
  const content = (
    <>
      <Flag sha={sha} className={clsx('h-3 w-[18px]', isGone && 'opacity-50')} />
      <code
        className={clsx(
          'text-12 font-medium',
          isGone && 'text-ink-3 line-through',
          href && 'group-hover:underline underline-offset-3',
        )}
      >
        {sha.slice(0, 7)}
      </code>
    </>
  )
  const classes = 'group inline-flex flex-none items-center gap-1.5 whitespace-nowrap align-middle'
  return href ? (
    <Link href={href} title={title} className={classes}>
      {content}
    </Link>
  ) : (
    <span title={title} className={classes}>
      {content}
    </span>
  )
}

import clsx from 'clsx'
import { Lock } from 'lucide-react'
import Link from 'next/link'
import { type ButtonHTMLAttributes, type ReactNode, useId } from 'react'
import { Ring } from './Ring.tsx'

type Look = {
  /** `go` is the one filled button of a screen; `danger` takes something away; `plain` has no frame. */
  look?: 'go' | 'usual' | 'danger' | 'plain'
  size?: 'small' | 'medium' | 'large'
}

function classesOf({ look = 'usual', size = 'medium' }: Look, isOff: boolean, className?: string) {
  return clsx(
    'inline-flex items-center justify-center gap-1.5 whitespace-nowrap rounded-6 border font-medium transition-colors',
    size === 'small' && 'h-[26px] px-[9px] text-12',
    size === 'medium' && 'h-8 px-3 text-13',
    size === 'large' && 'h-10 px-[18px] text-14',
    isOff
      ? 'cursor-not-allowed border-line bg-sunken text-ink-3'
      : {
          'border-accent bg-accent text-on-accent hover:brightness-108': look === 'go',
          'border-line-2 bg-surface text-ink hover:bg-sunken': look === 'usual',
          'border-bad-line bg-surface text-bad hover:bg-bad-soft': look === 'danger',
          'border-transparent px-2 text-ink-2 hover:bg-hover hover:text-ink': look === 'plain',
        },
    className,
  )
}

type ButtonProps = Look &
  Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> & {
    /** Why it is not possible now. The button stays focusable and the reason stands beside it. */
    reason?: string | undefined
    /** The reason is said elsewhere on the screen; it is read out, not shown again. */
    reasonHidden?: boolean
    /** What is being done, while it is: shown in place of the label, and the button does nothing. */
    busy?: string | false | undefined
  }

export function Button({
  look,
  size,
  reason,
  reasonHidden = false,
  busy = false,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  const id = useId()
  const isOff = reason !== undefined || Boolean(busy)
  const button = (
    <button
      {...rest}
      type={type}
      aria-disabled={isOff || undefined}
      aria-describedby={reason ? id : undefined}
      className={classesOf({ look, size }, isOff, className)}
      onClick={(event) => {
        if (isOff) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {busy ? (
        <>
          <Ring className="size-3.5" />
          {busy}
        </>
      ) : (
        children
      )}
    </button>
  )
  if (!reason) return button
  return (
    <span className="inline-flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1.5">
      {button}
      <span
        id={id}
        className={reasonHidden ? 'sr-only' : 'inline-flex min-w-0 items-start gap-1.5 text-12 text-ink-2'}
      >
        <Lock aria-hidden="true" className="mt-px size-3.5" />
        {reason}
      </span>
    </span>
  )
}

/** A link that looks like a button: for going somewhere, never for doing something. */
export function ButtonLink({
  href,
  look,
  size,
  className,
  children,
  isExternal = false,
}: Look & { href: string; className?: string; children: ReactNode; isExternal?: boolean }) {
  const classes = classesOf({ look, size }, false, className)
  return isExternal ? (
    <a href={href} target="_blank" rel="noopener noreferrer" className={classes}>
      {children}
    </a>
  ) : (
    <Link href={href} className={classes}>
      {children}
    </Link>
  )
}

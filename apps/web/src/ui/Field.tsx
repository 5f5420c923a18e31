'use client'
import clsx from 'clsx'
import { ChevronsUpDown } from 'lucide-react'
import { Switch } from 'radix-ui'
import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react'

type Around = {
  label: ReactNode
  /** Below the field: what it is for, and what may be in it. */
  hint?: ReactNode
  /** What is wrong with the value, in place of the hint. */
  error?: string | null | undefined
  className?: string
}

const frame =
  'w-full rounded-6 border bg-surface text-ink transition-colors hover:border-ink-3 focus-visible:rounded-6'

function Below({ id, hint, error }: { id: string; hint?: ReactNode; error?: string | null | undefined }) {
  if (error) {
    return (
      <p id={id} className="mt-1 text-12 font-medium text-bad" role="alert">
        {error}
      </p>
    )
  }
  return hint ? (
    <p id={id} className="mt-1 text-12 text-ink-3">
      {hint}
    </p>
  ) : null
}

export function TextField({
  label,
  hint,
  error,
  className,
  isMono = false,
  size = 'medium',
  ...rest
}: Around & { isMono?: boolean; size?: 'medium' | 'large' } & Omit<
    InputHTMLAttributes<HTMLInputElement>,
    'size'
  >) {
  const id = useId()
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-12 font-medium text-ink-2">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={error || hint ? `${id}-below` : undefined}
        className={clsx(
          frame,
          size === 'large' ? 'h-10 px-3 text-14' : 'h-8 px-2.5 text-13',
          error ? 'border-bad' : 'border-line-2',
          isMono && 'font-mono',
        )}
        {...rest}
      />
      <Below id={`${id}-below`} hint={hint} error={error} />
    </div>
  )
}

export function SelectField({
  label,
  hint,
  error,
  className,
  size = 'medium',
  isLabelHidden = false,
  children,
  ...rest
}: Around & { size?: 'medium' | 'large'; isLabelHidden?: boolean } & Omit<
    SelectHTMLAttributes<HTMLSelectElement>,
    'size'
  >) {
  const id = useId()
  return (
    <div className={className}>
      <label htmlFor={id} className={isLabelHidden ? 'sr-only' : 'mb-1 block text-12 font-medium text-ink-2'}>
        {label}
      </label>
      <div className="relative">
        <select
          id={id}
          aria-describedby={error || hint ? `${id}-below` : undefined}
          className={clsx(
            frame,
            'appearance-none truncate border-line-2 pr-8',
            size === 'large' ? 'h-10 pl-3 text-14' : 'h-8 pl-2.5 text-13',
          )}
          {...rest}
        >
          {children}
        </select>
        <ChevronsUpDown
          aria-hidden="true"
          className="pointer-events-none absolute top-1/2 right-2.5 size-3.5 -translate-y-1/2 text-ink-3"
        />
      </div>
      <Below id={`${id}-below`} hint={hint} error={error} />
    </div>
  )
}

/** On or off, said in words beside it. */
export function SwitchField({
  label,
  hint,
  checked,
  onChange,
  className,
}: {
  label: ReactNode
  hint?: ReactNode
  checked: boolean
  onChange: (checked: boolean) => void
  className?: string
}) {
  const id = useId()
  return (
    <div className={clsx('flex items-start gap-3', className)}>
      <Switch.Root
        id={id}
        checked={checked}
        onCheckedChange={onChange}
        aria-describedby={hint ? `${id}-below` : undefined}
        className="relative mt-0.5 h-[18px] w-8 flex-none rounded-full border border-ink-3 bg-sunken transition-colors focus-visible:rounded-full data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <Switch.Thumb className="block size-3 translate-x-0.5 rounded-full bg-ink-3 transition-transform data-[state=checked]:translate-x-4 data-[state=checked]:bg-on-accent" />
      </Switch.Root>
      <div className="min-w-0">
        <label htmlFor={id} className="block text-13 font-medium">
          {label}
        </label>
        {hint ? (
          <p id={`${id}-below`} className="text-12 text-ink-3">
            {hint}
          </p>
        ) : null}
      </div>
    </div>
  )
}

'use client'
import clsx from 'clsx'

/** A choice of a few, side by side; one always holds. */
export function Segments<T extends string>({
  label,
  value,
  onChange,
  options,
}: {
  label: string
  value: T
  onChange: (value: T) => void
  options: { value: T; label: string }[]
}) {
  return (
    <fieldset className="flex min-w-0 overflow-x-auto">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={clsx(
            '-ml-px h-[26px] border border-line-2 px-[9px] text-12 whitespace-nowrap first-of-type:ml-0 first-of-type:rounded-l-6 last-of-type:rounded-r-6 focus-visible:z-10 focus-visible:-outline-offset-2',
            option.value === value
              ? 'bg-sunken font-semibold text-ink'
              : 'bg-surface font-medium text-ink-2 hover:text-ink',
          )}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  )
}

'use client'
import clsx from 'clsx'
import { Check, ChevronsUpDown } from 'lucide-react'
import Link from 'next/link'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'

export type MenuItem = { key: string; label: ReactNode; href: string; isCurrent?: boolean }

const content = 'z-50 max-h-[70vh] min-w-[200px] overflow-auto rounded-6 border border-line-2 bg-surface p-1'
const item =
  'flex h-8 cursor-pointer items-center gap-2 rounded-4 px-2 text-13 outline-none data-[highlighted]:bg-accent-soft'

/** A crumb that also switches: its menu lists the things beside this one. */
export function Crumb({
  mark,
  label,
  menuLabel,
  items,
  className,
}: {
  mark?: string
  label: string
  menuLabel: string
  items: MenuItem[]
  className?: string
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className={clsx(
          'flex h-8 min-w-0 items-center gap-1.5 rounded-6 px-[5px] text-14 font-medium hover:bg-hover focus-visible:rounded-6 md:px-2',
          className,
        )}
      >
        {mark ? (
          <span
            aria-hidden="true"
            className="size-[18px] flex-none rounded-4 bg-ink text-center text-11 leading-[18px] font-semibold text-ground"
          >
            {mark}
          </span>
        ) : null}
        <span className="min-w-0 truncate">{label}</span>
        <span className="sr-only">{menuLabel}</span>
        <ChevronsUpDown aria-hidden="true" className="size-3.5 text-ink-3" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="start" sideOffset={4} className={content}>
          {items.map((entry) => (
            <DropdownMenu.Item key={entry.key} asChild>
              <Link href={entry.href} className={item} aria-current={entry.isCurrent ? 'page' : undefined}>
                <span className="min-w-0 flex-1 truncate">{entry.label}</span>
                {entry.isCurrent ? <Check aria-hidden="true" className="size-3.5 text-accent-ink" /> : null}
              </Link>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** A button of the top bar behind which links stand, each in a line with a smaller one below it. */
export function LinkMenu({
  items,
  children,
}: {
  items: { key: string; label: string; detail: string; href: string }[]
  children: ReactNode
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="inline-flex h-8 items-center gap-1.5 rounded-6 px-1.5 text-13 font-medium text-ink-2 hover:bg-hover hover:text-ink focus-visible:rounded-6 md:px-2">
        {children}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className={clsx(content, 'w-[min(400px,calc(100vw-16px))]')}
        >
          {items.map(({ key, label, detail, href }) => (
            <DropdownMenu.Item key={key} asChild>
              <Link href={href} className={clsx(item, 'h-auto py-1.5')}>
                <span className="min-w-0">
                  <span className="line-clamp-2 [overflow-wrap:anywhere]">{label}</span>
                  <span className="block text-12 [overflow-wrap:anywhere] text-ink-3">{detail}</span>
                </span>
              </Link>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** The menu behind the person's initial. */
export function PersonMenu({
  name,
  detail,
  items,
  onSignOut,
}: {
  name: string
  detail: string
  items: MenuItem[]
  onSignOut: () => void
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={`${name}, your account`}
        className="ml-1 size-[26px] flex-none rounded-full border border-line-2 bg-surface text-center text-11 leading-6 font-semibold text-ink-2 hover:border-ink-3 focus-visible:rounded-full"
      >
        {initialOf(name)}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={6} className={content}>
          <div className="border-b px-2 pt-1 pb-2">
            <b className="block truncate text-13">{name}</b>
            <span className="block truncate text-12 text-ink-3">{detail}</span>
          </div>
          <div className="pt-1">
            {items.map((entry) => (
              <DropdownMenu.Item key={entry.key} asChild>
                <Link href={entry.href} className={item}>
                  {entry.label}
                </Link>
              </DropdownMenu.Item>
            ))}
            <DropdownMenu.Item onSelect={onSignOut} className={item}>
              Sign out
            </DropdownMenu.Item>
          </div>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** The letter that stands for a person or an organisation. */
export function initialOf(name: string): string {
  return ([...name.trim()][0] ?? '?').toUpperCase()
}

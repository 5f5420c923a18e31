'use client'
import clsx from 'clsx'
import { Search } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useEffect, useRef } from 'react'
import { Mark } from './Mark.tsx'
import { ThemeButton } from './ThemeButton.tsx'

export type Tab = { href: string; label: string; count?: number | undefined; isCurrent: boolean }

/** The first stop of the keyboard on every page. */
export function SkipLink() {
  return (
    <a
      href="#main"
      className="absolute -top-12 left-2 z-60 rounded-6 border border-line-2 bg-surface px-3 py-2 focus:top-2"
    >
      Skip to content
    </a>
  )
}

/** The frame of every page behind sign-in: bar with crumbs, tabs, content, foot bar. */
export function Shell({
  homeHref,
  crumbs,
  aside,
  onFind,
  tabs,
  tabsLabel,
  foot,
  children,
}: {
  homeHref: string
  crumbs: ReactNode
  aside: ReactNode
  onFind: () => void
  tabs: Tab[]
  tabsLabel: string
  foot: ReactNode
  children: ReactNode
}) {
  return (
    <div className="pb-[33px]">
      <SkipLink />
      <header className="sticky top-0 z-40 border-b bg-ground">
        <div className="flex h-12 items-center gap-0 pr-3 pl-page md:gap-1 md:pr-4">
          <Link
            href={homeHref}
            aria-label="Slipway, home"
            className="mr-1 flex flex-none items-center text-accent-ink md:mr-2"
          >
            <Mark />
          </Link>
          <div className="flex min-w-0 items-center">{crumbs}</div>
          <div className="ml-auto flex flex-none items-center gap-1">
            <FindButton onFind={onFind} />
            <ThemeButton />
            {aside}
          </div>
        </div>
        <Tabs tabs={tabs} label={tabsLabel} />
      </header>
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto max-w-[2560px] px-page pt-4 pb-8 outline-none md:pt-5 md:pb-12"
      >
        {children}
      </main>
      <footer className="fixed inset-x-0 bottom-0 z-40 flex h-[33px] items-center gap-4 border-t bg-ground pr-3 pl-page text-12 text-ink-3">
        {foot}
      </footer>
    </div>
  )
}

export function Slash() {
  return (
    <span aria-hidden="true" className="text-16 text-line-2">
      /
    </span>
  )
}

function FindButton({ onFind }: { onFind: () => void }) {
  return (
    <button
      type="button"
      onClick={onFind}
      aria-keyshortcuts="Meta+K Control+K"
      className="flex size-8 items-center justify-center gap-2 rounded-6 border border-transparent text-13 text-ink-3 hover:border-line-2 md:w-[248px] md:justify-start md:border-line md:bg-surface md:pr-1.5 md:pl-2.5"
    >
      <Search aria-hidden="true" className="size-3.5" />
      <span className="max-md:sr-only">Go to anything</span>
      <Key className="ml-auto hidden md:inline">⌘K</Key>
    </button>
  )
}

/** A key of the keyboard. */
export function Key({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <kbd
      className={clsx(
        'min-w-5 rounded-4 border bg-ground px-[5px] text-center text-11 leading-[18px] font-medium text-ink-2',
        className,
      )}
    >
      {children}
    </kbd>
  )
}

function Tabs({ tabs, label }: { tabs: Tab[]; label: string }) {
  const box = useRef<HTMLElement>(null)
  const current = tabs.find((tab) => tab.isCurrent)?.href
  useEffect(() => {
    if (current === undefined) return
    const tab = box.current?.querySelector('[aria-current]')
    if (tab instanceof HTMLElement && box.current) {
      // Only sideways: the page must not move when a tab is out of sight on a phone.
      box.current.scrollLeft = tab.offsetLeft - box.current.clientWidth / 2 + tab.clientWidth / 2
    }
  }, [current])
  if (tabs.length === 0) return null
  return (
    <nav
      ref={box}
      aria-label={label}
      className="no-scrollbar relative flex h-10 gap-1 overflow-x-auto px-[calc(var(--page)-8px)]"
    >
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          aria-current={tab.isCurrent ? 'page' : undefined}
          className={clsx(
            'relative flex h-10 items-center gap-1.5 px-2 text-13 whitespace-nowrap hover:text-ink focus-visible:-outline-offset-4',
            tab.isCurrent
              ? "font-medium text-ink after:absolute after:inset-x-2 after:-bottom-px after:h-0.5 after:bg-accent after:content-['']"
              : 'text-ink-2',
          )}
        >
          {tab.label}
          {tab.count === undefined ? null : (
            <span className="font-mono text-11 font-medium text-ink-3">{tab.count}</span>
          )}
        </Link>
      ))}
    </nav>
  )
}

/** The head of a page: its name, what is known about it in a line, what can be done. */
export function PageTitle({
  title,
  sub,
  children,
  actions,
}: {
  title: ReactNode
  sub?: ReactNode
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <div className="mb-4 flex min-h-8 flex-wrap items-center gap-x-4 gap-y-2">
      <h1 className="min-w-0 text-20 font-semibold [overflow-wrap:anywhere]">{title}</h1>
      {children}
      {sub ? <span className="text-13 text-ink-3">{sub}</span> : null}
      {actions ? <div className="flex flex-wrap items-center gap-2 md:ml-auto">{actions}</div> : null}
    </div>
  )
}

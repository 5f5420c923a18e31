import Link from 'next/link'
import type { ReactNode } from 'react'
import { paths } from '../paths.ts'
import { Mark } from '../ui/Mark.tsx'
import { SkipLink } from '../ui/Shell.tsx'
import { ThemeButton } from '../ui/ThemeButton.tsx'

/** The frame of the pages at the door: one narrow column, one question. */
export function AuthPage({
  title,
  lead,
  children,
  below,
}: {
  title: string
  lead?: ReactNode
  children?: ReactNode
  below?: ReactNode
}) {
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink />
      <header className="flex h-16 items-center gap-2 px-page">
        <Link href={paths.welcome()} className="flex items-center gap-2 text-accent-ink">
          <Mark />
          <b className="text-16 tracking-[-0.02em] text-ink">Slipway</b>
        </Link>
        <span className="ml-auto">
          <ThemeButton />
        </span>
      </header>
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto w-full max-w-[432px] px-page pt-[6vh] pb-16 outline-none"
      >
        <h1 className="text-28 font-semibold">{title}</h1>
        {lead ? <div className="mt-2 text-14 text-ink-2">{lead}</div> : null}
        <div className="mt-6 grid gap-4">{children}</div>
        {below ? <div className="mt-6 border-t pt-4 text-13 text-ink-2">{below}</div> : null}
      </main>
    </div>
  )
}

'use client'
import clsx from 'clsx'
import Link from 'next/link'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { State } from '../ui/State.tsx'
import type { AppListed } from './app-listed.ts'
import { firstLine } from './words.ts'

/** What needs eyes, above the list: a push that waits for Deploy, one that failed, an account that broke. */
export function AppHeads({ apps }: { apps: AppListed[] }) {
  const { slug } = useOrganisation()
  const heads = apps.flatMap((app) => headOf(app, slug)).slice(0, 3)
  if (heads.length === 0) return null
  return (
    <ul className="mb-4 grid divide-y divide-line overflow-hidden rounded-6 border border-line-2 bg-surface md:auto-cols-fr md:grid-flow-col md:divide-x md:divide-y-0">
      {heads.map((head) => (
        <li key={head.href}>
          <Link
            href={head.href}
            className={clsx(
              'grid h-full content-start gap-0.5 px-4 py-2.5 text-13 focus-visible:-outline-offset-3',
              head.isRed ? 'going-back bg-bad-soft' : 'hover:bg-sunken',
            )}
          >
            {head.state}
            <b className="truncate font-medium">{head.title}</b>
            <span className="truncate text-12 text-ink-2">{head.detail}</span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

function headOf(app: AppListed, slug: string) {
  const push = app.lastPush
  if (app.cloudAccount.state === 'broken') {
    return [
      {
        href: paths.cloudAccount(slug, app.cloudAccount.id),
        isRed: true,
        state: <State kind="bad">Connection broken</State>,
        title: `${app.cloudAccount.name}, where ${app.name} runs`,
        detail: 'The app runs on; pushes wait until the connection is mended',
      },
    ]
  }
  if (push?.execution === null || push?.execution === undefined) return []
  const href = paths.execution(slug, app.name, push.execution)
  const title = `${app.name}, ${push.sha.slice(0, 7)}`
  if (push.status === 'holding') {
    const deploy = paths.deployPush(slug, app.name, push.execution)
    return [
      {
        href: deploy,
        isRed: false,
        state: <State kind="for-you">Push is there</State>,
        title,
        detail: firstLine(push.message),
      },
    ]
  }
  if (push.status === 'going-back') {
    return [
      {
        href,
        isRed: true,
        state: <State kind="going-back">Going back</State>,
        title,
        detail: firstLine(push.message),
      },
    ]
  }
  if (push.status === 'failed') {
    const detail = app.live ? `Release ${app.live.number} runs on` : firstLine(push.message)
    return [{ href, isRed: true, state: <State kind="bad">Failed</State>, title, detail }]
  }
  return []
}

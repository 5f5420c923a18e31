import clsx from 'clsx'
import {
  ChevronsRight,
  CircleCheck,
  CircleDashed,
  CirclePause,
  Clock,
  Inbox,
  type LucideIcon,
  OctagonAlert,
  TriangleAlert,
  Undo2,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { Ring } from './Ring.tsx'

/**
 * What a thing may be, as the eye sees it. Colour is never alone: each has its own icon, and the word stands
 * beside it.
 */
export type StateKind =
  | 'good'
  | 'running'
  | 'waiting'
  | 'held'
  | 'warning'
  | 'bad'
  | 'going-back'
  | 'for-you'
  | 'superseded'
  | 'none'

const looks: Record<StateKind, { icon: LucideIcon | null; text: string; pill: string }> = {
  good: { icon: CircleCheck, text: 'text-ok', pill: 'border-ok-line bg-ok-soft' },
  running: { icon: null, text: 'text-info', pill: 'border-info-line bg-info-soft' },
  waiting: { icon: Clock, text: 'text-ink-2', pill: 'bg-surface' },
  held: { icon: CirclePause, text: 'text-warn', pill: 'border-warn-line bg-warn-soft' },
  warning: { icon: TriangleAlert, text: 'text-warn', pill: 'border-warn-line bg-warn-soft' },
  bad: { icon: OctagonAlert, text: 'text-bad', pill: 'border-bad-line bg-bad-soft' },
  'going-back': { icon: Undo2, text: 'text-bad', pill: 'border-bad-line bg-bad-soft' },
  'for-you': { icon: Inbox, text: 'text-accent-ink', pill: 'border-accent-line bg-accent-soft' },
  superseded: { icon: ChevronsRight, text: 'text-ink-3', pill: 'bg-surface' },
  none: { icon: CircleDashed, text: 'text-ink-3', pill: 'bg-surface' },
}

/** The icon alone, for places where the word stands close by. */
export function StateIcon({ kind, className = 'size-3.5' }: { kind: StateKind; className?: string }) {
  const { icon: Icon, text } = looks[kind]
  const classes = clsx(className, text, 'flex-none')
  return Icon === null ? <Ring className={classes} /> : <Icon aria-hidden="true" className={classes} />
}

/** Icon and word. */
export function State({
  kind,
  children,
  className,
}: {
  kind: StateKind
  children: ReactNode
  className?: string
}) {
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-[5px] align-middle whitespace-nowrap text-12 font-medium',
        looks[kind].text,
        className,
      )}
    >
      <StateIcon kind={kind} />
      {children}
    </span>
  )
}

/** Icon and word on the state's own ground, for the state of the page's subject. */
export function Pill({ kind, children }: { kind: StateKind; children: ReactNode }) {
  return (
    <span
      className={clsx(
        'inline-flex h-[22px] items-center gap-[5px] whitespace-nowrap rounded-4 border pr-2 pl-1.5 text-12 font-medium',
        looks[kind].text,
        looks[kind].pill,
      )}
    >
      <StateIcon kind={kind} />
      {children}
    </span>
  )
}

import clsx from 'clsx'
import type { ReactNode } from 'react'

/**
 * A dense table. On a phone its rows become stacks: cells with `hideNarrow` go away there, so that name, state
 * and one figure stay.
 */
export function Table({ label, head, children }: { label: string; head: ReactNode; children: ReactNode }) {
  return (
    <table aria-label={label} className="w-full border-collapse text-13">
      <thead>
        <tr>{head}</tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  )
}

export function HeadCell({
  children,
  isRight = false,
  hideNarrow = false,
  className,
}: {
  children?: ReactNode
  isRight?: boolean
  hideNarrow?: boolean
  className?: string
}) {
  return (
    <th
      scope="col"
      className={clsx(
        'border-b px-2.5 py-2 text-12 font-medium whitespace-nowrap text-ink-3 first:pl-4 last:pr-4',
        isRight ? 'text-right' : 'text-left',
        hideNarrow && 'hidden md:table-cell',
        className,
      )}
    >
      {children}
    </th>
  )
}

export function Cell({
  children,
  isRight = false,
  hideNarrow = false,
  className,
}: {
  children?: ReactNode
  isRight?: boolean
  hideNarrow?: boolean
  className?: string
}) {
  return (
    <td
      className={clsx(
        'border-b px-2.5 py-2 align-middle first:pl-4 last:pr-4',
        isRight && 'text-right',
        hideNarrow && 'hidden md:table-cell',
        className,
      )}
    >
      {children}
    </td>
  )
}

/** A row; the last one has no line, since the panel has. */
export function TableRow({ children }: { children: ReactNode }) {
  return <tr className="hover:bg-sunken last:[&>td]:border-b-0">{children}</tr>
}

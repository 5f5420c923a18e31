'use client'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { problemOf } from '../api/problem.ts'
import { Button } from '../ui/Button.tsx'
import { LoadingRows } from '../ui/Empty.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'

/**
 * What a query brings, in one of its three states: rows in the shape of what comes, the thing itself, or the
 * problem in words. What was shown stays while something newer does not come.
 */
export function Loaded<T>({
  query,
  what,
  rows,
  shape,
  children,
}: {
  query: Pick<UseQueryResult<T, unknown>, 'data' | 'error' | 'refetch'>
  what: string
  rows?: number
  /** Another loading state than rows. */
  shape?: ReactNode
  children: (data: T) => ReactNode
}) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) {
    return (
      <div className="p-4">
        {/* Where the whole page did not come, nothing else is its heading. */}
        {shape ? <h1 className="sr-only">{problemOf(query.error).what}</h1> : null}
        <ProblemNotice
          problem={problemOf(query.error)}
          action={
            <Button size="small" onClick={() => query.refetch()}>
              Try again
            </Button>
          }
        />
      </div>
    )
  }
  return shape ?? <LoadingRows what={what} rows={rows} />
}

/** The loading state of a whole page: its head, and rows in a panel. */
export function LoadingPage({ title, what, rows = 4 }: { title: string; what: string; rows?: number }) {
  return (
    <>
      <PageTitle title={title} />
      <Panel>
        <LoadingRows what={what} rows={rows} />
      </Panel>
    </>
  )
}

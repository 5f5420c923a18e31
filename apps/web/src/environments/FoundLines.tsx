'use client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { useTRPC, useTRPCClient } from '../api/trpc.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { useNow } from '../ui/clock.tsx'
import { LoadingRows } from '../ui/Empty.tsx'
import { absoluteTime } from '../ui/format-time.ts'
import { LogView } from '../ui/LogView.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import type { DeploymentListed } from './deployment-words.ts'
import { type LogSearchChosen, linesLookedAt, logLevels, logSpan } from './log-search.ts'

const firstPage: string | undefined = undefined
/** While nothing is found the search goes on by itself, so far; then somebody must want it. */
const pagesAlone = 10

/** The lines that a search found, newest below; older ones come as it goes on backwards. */
export function FoundLines({
  place,
  search,
  deployments,
  isOneService,
}: {
  place: { app: string; environment: string }
  search: LogSearchChosen
  /** Undefined until they are known, which a search of one release waits for. */
  deployments: DeploymentListed[] | undefined
  isOneService: boolean
}) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const now = useNow()
  const { id: organisationId } = useOrganisation()
  const isReady = now !== null && (deployments !== undefined || !search.when?.startsWith('release:'))
  const [begun, setBegun] = useState<{ from?: string; until?: string } | null>(null)
  // A period ends when the search began: its pages belong together.
  useEffect(() => {
    if (isReady && now) setBegun((before) => before ?? logSpan(search.when, now, deployments ?? []))
  }, [isReady, now, search.when, deployments])

  const level = logLevels.find(({ value }) => value === search.level)?.value
  const asked = {
    organisationId,
    ...place,
    ...(search.text === null ? {} : { text: search.text }),
    ...(search.service === null ? {} : { service: search.service }),
    ...(search.host === null ? {} : { host: search.host }),
    ...(level === undefined ? {} : { level }),
    ...begun,
  }
  const found = useInfiniteQuery({
    queryKey: [...trpc.logs.search.queryKey(asked), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      client.logs.search.query(
        { ...asked, ...(pageParam === undefined ? {} : { before: pageParam }) },
        { signal },
      ),
    initialPageParam: firstPage,
    getNextPageParam: (page) => page.next?.before,
    enabled: begun !== null,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const pages = found.data?.pages ?? []
  const lines = pages
    .toReversed()
    .flatMap((page) =>
      page.lines.map(({ service, ...line }) => ({ ...line, ...(isOneService ? {} : { source: service }) })),
    )
  const { hasNextPage, isFetching, isError, fetchNextPage } = found
  const goesOn =
    lines.length === 0 && pages.length > 0 && pages.length < pagesAlone && hasNextPage && !isError
  useEffect(() => {
    if (goesOn && !isFetching) fetchNextPage()
  }, [goesOn, isFetching, fetchNextPage])

  const stoppedAt = pages.at(-1)?.next?.at
  const lookedAt = linesLookedAt(pages).toLocaleString('en-US')
  const back = stoppedAt ? `, back to ${absoluteTime(new Date(stoppedAt))}` : ''
  return (
    <>
      {found.error ? (
        <div className="p-4">
          <ProblemNotice
            problem={problemOf(found.error)}
            action={
              <Button size="small" onClick={() => (pages.length === 0 ? found.refetch() : fetchNextPage())}>
                Try again
              </Button>
            }
          />
        </div>
      ) : null}
      {pages.length > 0 ? (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-b bg-sunken px-4 py-1.5 text-12 text-ink-2">
          <span role="status">
            {countOf(lines.length)} found in {lookedAt} looked at{back}.{' '}
            {hasNextPage
              ? ''
              : search.when === null
                ? 'There are no older ones.'
                : 'There are no older ones in this time.'}
          </span>
          {hasNextPage ? (
            <Button size="small" busy={isFetching && 'Searching'} onClick={() => fetchNextPage()}>
              Search further back
            </Button>
          ) : null}
        </div>
      ) : null}
      {lines.length > 0 ? (
        <LogView
          lines={lines}
          label="Lines found"
          isLive={false}
          empty=""
          {...(search.text === null ? {} : { marked: search.text })}
        />
      ) : found.isPending ? (
        <LoadingRows what="the lines that match" />
      ) : pages.length > 0 && !goesOn ? (
        <p className="px-4 py-4 text-13 text-ink-2">
          {hasNextPage
            ? 'Nothing so far. The search reads backwards and stopped here: go on, or choose a time, a service or an output to read less.'
            : 'No line matches. Fewer words, another output or a longer time may find it.'}
        </p>
      ) : null}
    </>
  )
}

function countOf(lines: number): string {
  return lines === 0 ? 'No line' : lines === 1 ? '1 line' : `${lines.toLocaleString('en-US')} lines`
}

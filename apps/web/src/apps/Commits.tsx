'use client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useParams } from 'next/navigation'
import { problemOf } from '../api/problem.ts'
import { type Answers, firstPage, useTRPC, useTRPCClient } from '../api/trpc.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { Empty, LoadingRows } from '../ui/Empty.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { Revision } from '../ui/Revision.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { State, type StateKind } from '../ui/State.tsx'
import { Cell, HeadCell, Table, TableRow } from '../ui/Table.tsx'
import { Time } from '../ui/Time.tsx'

type Commit = Answers['commits']['list']['commits'][number]

/** Every commit: how far it is, and why not further. */
export function Commits() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const app = decodeURIComponent(useParams<{ app: string }>().app)
  const client = useTRPCClient()
  const commits = useInfiniteQuery({
    queryKey: [...trpc.commits.list.queryKey({ organisationId, app }), 'pages'],
    queryFn: ({ pageParam }) => client.commits.list.query({ organisationId, app, before: pageParam }),
    initialPageParam: firstPage,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  const list = commits.data?.pages.flatMap((page) => page.commits)
  return (
    <>
      <PageTitle title="Commits" sub="How far each one is, and why not further" />
      {commits.error ? <ProblemNotice problem={problemOf(commits.error)} className="mb-4" /> : null}
      <Panel>
        {list === undefined ? (
          <LoadingRows what="the commits" rows={5} />
        ) : list.length === 0 ? (
          <PanelBody>
            <Empty title="No commits">
              Push to <code>{app}</code>; every commit then says here how far it is.
            </Empty>
          </PanelBody>
        ) : (
          <Table
            label="Commits"
            head={
              <>
                <HeadCell>Commit</HeadCell>
                <HeadCell hideNarrow>Message</HeadCell>
                <HeadCell hideNarrow>Author</HeadCell>
                <HeadCell>How far</HeadCell>
              </>
            }
          >
            {list.map((commit) => (
              <CommitRow key={`${commit.sha} ${commit.pushedAt}`} app={app} commit={commit} />
            ))}
          </Table>
        )}
        {commits.hasNextPage ? (
          <PanelBody className="border-t">
            <Button busy={commits.isFetchingNextPage && 'Loading'} onClick={() => commits.fetchNextPage()}>
              Older ones
            </Button>
          </PanelBody>
        ) : null}
      </Panel>
    </>
  )
}

function CommitRow({ app, commit }: { app: string; commit: Commit }) {
  const { slug } = useOrganisation()
  return (
    <TableRow>
      <Cell className="align-top md:align-middle">
        <Revision
          sha={commit.sha}
          title={`${commit.message}, ${commit.author}`}
          {...(commit.execution === null ? {} : { href: paths.execution(slug, app, commit.execution) })}
        />
        <span className="mt-1 block text-12 [overflow-wrap:anywhere] md:hidden">{commit.message}</span>
      </Cell>
      <Cell hideNarrow className="max-w-[480px]">
        <span className="block truncate" title={commit.message}>
          {commit.message}
        </span>
      </Cell>
      <Cell hideNarrow className="text-12 whitespace-nowrap text-ink-3">
        {commit.author} · <Time at={commit.pushedAt} />
      </Cell>
      <Cell>
        <HowFar commit={commit} />
      </Cell>
    </TableRow>
  )
}

const places: Record<Commit['place']['is'], { kind: StateKind; word: string }> = {
  received: { kind: 'running', word: 'Received' },
  building: { kind: 'running', word: 'Building' },
  built: { kind: 'waiting', word: 'Built' },
  deploying: { kind: 'running', word: 'Deploying' },
  live: { kind: 'good', word: 'Live' },
  'was-live': { kind: 'none', word: 'Was live' },
  'not-deployed': { kind: 'none', word: 'Not deployed' },
}

function HowFar({ commit }: { commit: Commit }) {
  const { kind, word } = places[commit.place.is]
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
      <State kind={kind}>{word}</State>
      {commit.place.since ? (
        <span className="text-12 text-ink-3">
          <Time at={commit.place.since} />
        </span>
      ) : null}
      {commit.isBad ? <State kind="bad">Bad revision</State> : null}
      <span className="min-w-0 text-12 text-ink-2 [overflow-wrap:anywhere]">
        {commit.ridesWith ? (
          <>
            Rides along with <code>{commit.ridesWith.slice(0, 7)}</code>.{' '}
          </>
        ) : null}
        {commit.place.why}
      </span>
    </span>
  )
}

'use client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { problemOf } from '../api/problem.ts'
import { type Answers, firstPage, useTRPC, useTRPCClient } from '../api/trpc.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { LoadingRows } from '../ui/Empty.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { Cell, HeadCell, Table, TableRow } from '../ui/Table.tsx'
import { Time } from '../ui/Time.tsx'

/** What was done, by whom, newest first. Each entry's hash covers the one before. */
export function AuditLog() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const client = useTRPCClient()
  const log = useInfiniteQuery({
    queryKey: [...trpc.audit.list.queryKey({ organisationId }), 'pages'],
    queryFn: ({ pageParam }) => client.audit.list.query({ organisationId, before: pageParam }),
    initialPageParam: firstPage,
    getNextPageParam: (page) => page.next,
  })
  return (
    <>
      <PageTitle title="Audit log" sub="Append-only; each entry's hash covers the one before" />
      {log.error ? <ProblemNotice problem={problemOf(log.error)} className="mb-4" /> : null}
      <Panel>
        {log.isPending ? (
          <LoadingRows what="the audit log" rows={6} />
        ) : (
          <Table
            label="Audit log"
            head={
              <>
                <HeadCell>When</HeadCell>
                <HeadCell>Who</HeadCell>
                <HeadCell>What</HeadCell>
                <HeadCell hideNarrow>On</HeadCell>
                <HeadCell hideNarrow>Detail</HeadCell>
              </>
            }
          >
            {(log.data?.pages ?? []).flatMap((page) =>
              page.entries.map((entry) => <Row key={entry.sequence} entry={entry} />),
            )}
          </Table>
        )}
        {log.hasNextPage ? (
          <PanelBody className="border-t">
            <Button busy={log.isFetchingNextPage && 'Loading'} onClick={() => log.fetchNextPage()}>
              Older entries
            </Button>
          </PanelBody>
        ) : null}
      </Panel>
    </>
  )
}

function Row({ entry }: { entry: Answers['audit']['list']['entries'][number] }) {
  return (
    <TableRow>
      <Cell className="whitespace-nowrap text-ink-2">
        <Time at={entry.at} />
      </Cell>
      <Cell>{entry.actorName ?? entry.actor}</Cell>
      <Cell className="font-mono text-12">{entry.action}</Cell>
      <Cell hideNarrow className="font-mono text-12 text-ink-2">
        {entry.subject}
      </Cell>
      <Cell hideNarrow className="text-12 text-ink-2">
        {Object.entries(entry.detail)
          .map(([key, value]) => `${key} ${value ?? 'none'}`)
          .join(', ')}
      </Cell>
    </TableRow>
  )
}

'use client'
import { useQuery } from '@tanstack/react-query'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { formatMoney } from '../ui/format-money.ts'
import { monthName } from '../ui/format-time.ts'
import { Panel } from '../ui/Panel.tsx'
import { State, type StateKind } from '../ui/State.tsx'
import { Cell, HeadCell, Table, TableRow } from '../ui/Table.tsx'

type Invoice = Answers['invoices']['list'][number]

const looks: Record<Invoice['state'], { kind: StateKind; word: string }> = {
  closing: { kind: 'running', word: 'Closing' },
  open: { kind: 'waiting', word: 'Open' },
  paid: { kind: 'good', word: 'Paid' },
  void: { kind: 'none', word: 'Void' },
  uncollectible: { kind: 'warning', word: 'Not collected' },
  waived: { kind: 'none', word: 'Waived' },
}

/** The months that were closed, newest first. */
export function Invoices({ digest }: { digest: string | null }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const invoices = useQuery(trpc.invoices.list.queryOptions({ organisationId }))
  return (
    <Panel title="Invoices">
      <Loaded query={invoices} what="the invoices">
        {(list) =>
          list.length === 0 ? (
            <p className="p-4 text-13 text-ink-2">
              None yet. A month is closed half an hour after its end, UTC.
            </p>
          ) : (
            <Table
              label="Invoices"
              head={
                <>
                  <HeadCell>Month</HeadCell>
                  <HeadCell>State</HeadCell>
                  <HeadCell isRight>Amount</HeadCell>
                  <HeadCell isRight hideNarrow>
                    Number
                  </HeadCell>
                </>
              }
            >
              {list.map((invoice) => (
                <TableRow key={invoice.month}>
                  <Cell>{monthName(invoice.month)}</Cell>
                  <Cell>
                    <State kind={looks[invoice.state].kind}>{looks[invoice.state].word}</State>
                  </Cell>
                  <Cell isRight className="font-medium">
                    {formatMoney(invoice.total)}
                  </Cell>
                  <Cell isRight hideNarrow className="text-12 text-ink-3">
                    {invoice.url ? (
                      <a href={invoice.url} target="_blank" rel="noopener noreferrer" className="link">
                        {invoice.number ?? 'See it'}
                      </a>
                    ) : (
                      (invoice.number ?? (invoice.state === 'waived' ? 'under $0.50' : ''))
                    )}
                  </Cell>
                </TableRow>
              ))}
            </Table>
          )
        }
      </Loaded>
      {digest ? (
        <p className="border-t px-4 py-3 text-12 text-ink-2">
          Recompute it yourself: the minutes of the month give this total and this digest.
          <code className="mt-1 block [overflow-wrap:anywhere]">sha256 {digest}</code>
        </p>
      ) : null}
    </Panel>
  )
}

'use client'
import { useQuery } from '@tanstack/react-query'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { formatKnown } from '../ui/format-money.ts'
import { formatDate } from '../ui/format-time.ts'
import { Panel } from '../ui/Panel.tsx'

type Cost = NonNullable<Answers['costs']['environment']['stands']>

/** What AWS asks for what stands here: list prices, each part with its own, unknown where there is none. */
export function AwsCost({ app, environment }: { app: string; environment: string }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const cost = useQuery(trpc.costs.environment.queryOptions({ organisationId, app, environment }))
  const stands = cost.data?.stands
  return (
    <Panel
      title="AWS cost"
      sub="a month, estimated"
      aside={stands ? <b className="text-14">{formatKnown(stands.totalMicroDollars)}</b> : null}
    >
      <Loaded query={cost} what="AWS's cost" rows={2}>
        {({ stands, runner }) => (
          <>
            {stands ? (
              <Lines cost={stands} />
            ) : (
              <p className="p-4 text-13 text-ink-2">Nothing stands here yet, and nothing costs.</p>
            )}
            {runner ? (
              <div className="border-t">
                <h3 className="px-4 pt-2.5 text-12 text-ink-3">
                  Runner of this account and region, this month so far
                </h3>
                <Lines cost={runner} />
              </div>
            ) : null}
            {stands || runner ? (
              <p className="border-t px-4 py-2.5 text-12 text-ink-3">
                List prices of {formatDate((stands ?? runner)?.pricesAsOf ?? '')}, before tax. Traffic,
                requests and logs are not in it. Slipway takes no share of it.
              </p>
            ) : null}
          </>
        )}
      </Loaded>
    </Panel>
  )
}

function Lines({ cost }: { cost: Cost }) {
  return (
    <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-1.5 px-4 py-2.5 text-13">
      {cost.lines.map((line) => (
        <div key={line.what} className="contents">
          <dt className="min-w-0 text-ink-2 [overflow-wrap:anywhere]">{line.what}</dt>
          <dd className={line.microDollars === null ? 'text-right text-ink-3' : 'text-right'}>
            {formatKnown(line.microDollars)}
          </dd>
        </div>
      ))}
    </dl>
  )
}

'use client'
import { useQuery } from '@tanstack/react-query'
import clsx from 'clsx'
import { useTRPC } from '../api/trpc.ts'
import { MetricsTable } from '../environments/MetricsTable.tsx'
import { useChosen } from '../environments/use-chosen.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { Panel } from '../ui/Panel.tsx'
import { Pill, State } from '../ui/State.tsx'
import { TimeChart } from '../ui/TimeChart.tsx'
import { type CanaryShown, canaryAxisOf, canaryCharts, hourAndMinute } from './canary-charts.ts'
import { type MetricSaid, metricSaid, saidOf, verdictOf } from './canary-words.ts'

/** What two releases answered side by side, in each place where one was tried, the bad first. Nothing where none was. */
export function Canaries({ app, number }: { app: string; number: number }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const canaries = useQuery(trpc.canaries.get.queryOptions({ organisationId, app, number }))
  const isBad = ({ judgement }: CanaryShown) => Number(judgement.is === 'bad')
  const all = (canaries.data ?? []).toSorted((one, other) => isBad(other) - isBad(one))
  return all.map((canary) => {
    const isOneOfMany = all.some(
      ({ environment, service }) => environment === canary.environment && service !== canary.service,
    )
    return (
      <Canary
        key={`${canary.environment} ${canary.service} ${canary.startsAt}`}
        canary={canary}
        title={`Canary in ${canary.environment}${isOneOfMany ? `, ${canary.service}` : ''}`}
      />
    )
  })
}

function Canary({ canary, title }: { canary: CanaryShown; title: string }) {
  const { chosen, choose } = useChosen()
  const isTable = chosen('canary') === 'table'
  const time = canaryAxisOf(canary)
  const charts = canaryCharts(canary)
  const verdict = verdictOf(canary)
  const said = saidOf(canary)
  const percent = canary.minutes.findLast((minute) => minute !== null)?.percent ?? 0
  const start = Date.parse(canary.startsAt)
  const end = start + canary.minutes.length * 60_000
  return (
    <Panel
      title={title}
      sub={`${percent} % to release ${canary.releases.new}, ${hourAndMinute(start)} to ${hourAndMinute(end)} UTC`}
      isGoingBack={canary.judgement.is === 'bad' && !canary.isOver}
      aside={
        <>
          <Pill kind={verdict.kind}>{verdict.word}</Pill>
          <Button size="small" onClick={() => choose({ canary: isTable ? null : 'table' })}>
            {isTable ? 'As charts' : 'As a table'}
          </Button>
        </>
      }
    >
      <p className="border-b px-4 py-2.5 text-13 text-ink-2">
        <b className="font-semibold text-ink">{said.title}</b> {said.detail}
      </p>
      {isTable ? <MetricsTable label={`Figures: ${title}`} charts={charts} time={time} marks={[]} /> : null}
      <div className={clsx('grid grid-cols-1 gap-px bg-line sm:grid-cols-2', isTable && 'border-t')}>
        {charts.map((chart, index) => (
          <div key={chart.title} className="min-w-0 bg-surface">
            {isTable ? null : <TimeChart {...chart} time={time} marks={[]} />}
            <Metric said={metricSaid(canary.judgement, index === 0 ? 'errors' : 'latency')} />
          </div>
        ))}
      </div>
    </Panel>
  )
}

/** What the judgement rests on. Its evidence is what bets against the new release have made of a unit. */
function Metric({ said }: { said: MetricSaid }) {
  return (
    <div className="px-4 pt-1 pb-3 text-12">
      <State kind={said.kind}>{said.word}</State>
      <dl className="mt-1 grid grid-cols-[64px_minmax(0,1fr)] gap-x-2 gap-y-0.5">
        <dt className="text-ink-3">Counted</dt>
        <dd>{said.counts}</dd>
        <dt className="text-ink-3">Evidence</dt>
        <dd>{said.evidence}</dd>
      </dl>
    </div>
  )
}

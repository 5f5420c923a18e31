'use client'
import { useQuery } from '@tanstack/react-query'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { Panel } from '../ui/Panel.tsx'
import { Segments } from '../ui/Segments.tsx'
import { type ChartMark, TimeChart } from '../ui/TimeChart.tsx'
import { DeploymentStrip } from './DeploymentStrip.tsx'
import { type DeploymentListed, deployedAt, deploymentLook } from './deployment-words.ts'
import { MetricsTable } from './MetricsTable.tsx'
import { metricCharts, timeAxisOf } from './metric-charts.ts'
import { useChosen } from './use-chosen.ts'

const ranges = [
  { value: '1h', label: '1 h', title: 'Last hour' },
  { value: '6h', label: '6 h', title: 'Last 6 hours' },
  { value: '24h', label: '24 h', title: 'Last 24 hours' },
  { value: '7d', label: '7 d', title: 'Last 7 days' },
] as const
type Range = (typeof ranges)[number]['value']

/** Requests, errors, latency, CPU, memory and disk over time, with the deployments marked on them. */
export function Metrics({
  app,
  environment,
  services,
}: {
  app: string
  environment: string
  services: Answers['environments']['get']['services']
}) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const { chosen, choose } = useChosen()
  const range = ranges.find(({ value }) => value === chosen('range')) ?? ranges[0]
  const service = services.find(({ name }) => name === chosen('figures-of'))?.name ?? null
  const isTable = chosen('figures') === 'table'
  const place = { organisationId, app, environment }
  const metrics = useQuery(
    trpc.metrics.get.queryOptions(
      { ...place, range: range.value, ...(service === null ? {} : { service }) },
      // The charts of before stand until those of another range are there.
      { placeholderData: (before) => before },
    ),
  )
  const deployments = useQuery(trpc.environments.deployments.queryOptions(place))
  return (
    <Panel
      title={range.title}
      sub="UTC"
      aside={
        <div className="flex flex-wrap items-center justify-end gap-2">
          {services.length > 1 ? (
            <Segments
              label="Figures of"
              value={service ?? ''}
              onChange={(name) => choose({ 'figures-of': name === '' ? null : name })}
              options={[
                { value: '', label: 'All' },
                ...services.map(({ name }) => ({ value: name, label: name })),
              ]}
            />
          ) : null}
          <Segments<Range>
            label="How far back"
            value={range.value}
            onChange={(value) => choose({ range: value === '1h' ? null : value })}
            options={ranges.map(({ value, label }) => ({ value, label }))}
          />
          <Button size="small" onClick={() => choose({ figures: isTable ? null : 'table' })}>
            {isTable ? 'As charts' : 'As a table'}
          </Button>
        </div>
      }
    >
      <Loaded query={metrics} what="the figures" rows={6}>
        {(shown) => (
          <Shown app={app} shown={shown} service={service} isTable={isTable} all={deployments.data ?? []} />
        )}
      </Loaded>
    </Panel>
  )
}

function Shown({
  app,
  shown,
  service,
  isTable,
  all,
}: {
  app: string
  shown: Answers['metrics']['get']
  service: string | null
  isTable: boolean
  all: DeploymentListed[]
}) {
  const { slug } = useOrganisation()
  const time = timeAxisOf(shown)
  const charts = metricCharts(shown, service)
  const start = time.times[0] ?? time.endsAt
  const deployments = all.filter((each) => Date.parse(deployedAt(each)) >= start)
  const marks = deployments.map((each): ChartMark => {
    const { word } = deploymentLook(each)
    return {
      key: each.id,
      at: Date.parse(deployedAt(each)),
      sha: each.sha,
      words: `Release ${each.release}, ${each.sha.slice(0, 7)}: ${word}`,
      href: paths.execution(slug, app, each.execution),
      isGone: each.isBad || each.status === 'failed' || each.status === 'cancelled',
    }
  })
  return (
    <>
      {isTable ? (
        <MetricsTable charts={charts} time={time} marks={marks} />
      ) : (
        <div className="grid grid-cols-1 gap-px bg-line md:grid-cols-2 xl:grid-cols-3">
          {charts.map((chart) => (
            <div key={chart.title} className="min-w-0 bg-surface">
              <TimeChart {...chart} time={time} marks={marks} />
            </div>
          ))}
        </div>
      )}
      <DeploymentStrip app={app} deployments={deployments} />
    </>
  )
}

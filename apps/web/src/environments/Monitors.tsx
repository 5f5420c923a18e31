'use client'
import { useQuery } from '@tanstack/react-query'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { Empty } from '../ui/Empty.tsx'
import { formatKnown } from '../ui/format-money.ts'
import { formatDate } from '../ui/format-time.ts'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { State } from '../ui/State.tsx'
import { Cell, HeadCell, Table, TableRow } from '../ui/Table.tsx'
import { Time } from '../ui/Time.tsx'
import { type MonitorListed, monitorFigure, monitorLimit, monitorLook, monitorName } from './monitor-words.ts'

type Shown = Answers['monitors']['get']

/** What the monitors say now, and by which limits they undo a deployment. */
export function Monitors({ app, environment }: { app: string; environment: string }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const monitors = useQuery(trpc.monitors.get.queryOptions({ organisationId, app, environment }))
  return (
    <Panel title="Monitors" sub="each undoes a deployment that turns it red">
      <Loaded query={monitors} what="the monitors" rows={4}>
        {(shown) =>
          shown.monitors.length === 0 ? (
            <PanelBody>
              <Empty title="Nothing runs here yet">
                Monitors come by themselves with the first deployment. There is nothing to configure.
              </Empty>
            </PanelBody>
          ) : (
            <>
              <Rows monitors={shown.monitors} />
              <Footnote shown={shown} />
            </>
          )
        }
      </Loaded>
    </Panel>
  )
}

function Rows({ monitors }: { monitors: MonitorListed[] }) {
  return (
    <Table
      label="Monitors"
      head={
        <>
          <HeadCell>Monitor</HeadCell>
          <HeadCell isRight>Now</HeadCell>
          <HeadCell hideNarrow>Red at</HeadCell>
          <HeadCell hideNarrow>Since</HeadCell>
          <HeadCell isRight>State</HeadCell>
        </>
      }
    >
      {monitors.map((monitor) => {
        const { kind, word } = monitorLook(monitor)
        return (
          <TableRow key={`${monitor.monitor} ${monitor.of}`}>
            <Cell>
              <b className="font-medium">{monitorName(monitor)}</b>
              <span className="block text-12 text-ink-3 [overflow-wrap:anywhere]">{monitor.of}</span>
            </Cell>
            <Cell isRight className="whitespace-nowrap tabular-nums">
              {monitorFigure(monitor) ?? <span className="text-12 text-ink-3">no figure</span>}
            </Cell>
            <Cell hideNarrow className="text-12 text-ink-2">
              {monitorLimit(monitor)}
            </Cell>
            <Cell hideNarrow className="text-12 whitespace-nowrap text-ink-2">
              <Since monitor={monitor} />
            </Cell>
            <Cell isRight className="whitespace-nowrap">
              <State kind={kind}>{word}</State>
            </Cell>
          </TableRow>
        )
      })}
    </Table>
  )
}

/** Measured monitors are looked back at for an hour; what stood so all that time stands for longer. */
function Since({ monitor }: { monitor: MonitorListed }) {
  if (monitor.since !== null) return <Time at={monitor.since} />
  return monitor.figure === null ? 'not known' : 'over an hour'
}

function Footnote({ shown }: { shown: Shown }) {
  const alarms = shown.monitors.filter(({ monitor }) => monitor === 'alarm')
  const readAt = alarms[0]?.readAt ?? null
  return (
    <p className="border-t px-4 py-2.5 text-12 text-ink-3">
      Now is the last two minutes beside the ten before; a release is judged by the second.
      {alarms.length > 0 ? (
        <>
          {' '}
          {alarms.length === 1 ? 'The alarm lies' : `${alarms.length} alarms lie`} in your account and{' '}
          {alarms.length === 1 ? 'costs' : 'cost each'} {formatKnown(shown.alarmMicroDollars)} a month at
          AWS's list prices of {formatDate(shown.pricesAsOf)}
          {readAt === null ? (
            '; it is read every five minutes.'
          ) : (
            <>
              ; read <Time at={readAt} />.
            </>
          )}
        </>
      ) : null}
    </p>
  )
}

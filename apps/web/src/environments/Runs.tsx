'use client'
import { useQuery } from '@tanstack/react-query'
import { Terminal } from 'lucide-react'
import { useState } from 'react'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { Panel, Rows } from '../ui/Panel.tsx'
import { State } from '../ui/State.tsx'
import { Lasting, Time } from '../ui/Time.tsx'
import { RunCommand } from './RunCommand.tsx'
import { RunLog } from './RunLog.tsx'
import { runLook, scheduleWords } from './run-words.ts'

type Environment = Answers['environments']['get']
type Shown = Answers['runs']['list']

/** What of the list is shown before somebody asks for more. */
const shownFirst = 8

/** What runs when it is due, what people ran beside the services, and how each ended. */
export function Runs({ environment }: { environment: Environment }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const place = { app: environment.app.name, environment: environment.name }
  const found = useQuery(trpc.runs.list.queryOptions({ organisationId, ...place }))
  const mayNot = useReason('runs.start')
  const [isAsking, setAsking] = useState(false)
  const [opened, setOpened] = useState<string | null>(null)
  const reason = environment.live ? mayNot : 'Nothing is live here yet.'
  return (
    <Panel
      title="Runs"
      aside={
        <Button size="small" reason={reason} reasonHidden onClick={() => setAsking(true)}>
          <Terminal aria-hidden="true" className="size-3.5" />
          Run a command…
        </Button>
      }
    >
      <Loaded query={found} what="the runs">
        {({ cron, runs }) => (
          <>
            {cron.length > 0 ? <Due cron={cron} /> : null}
            {runs.length === 0 ? (
              <p className="p-4 text-13 text-ink-2">
                {cron.length > 0
                  ? 'Nothing was due yet.'
                  : 'Nothing ran beside the services. A service with every: in slipway.yaml runs when it is due; a command of yours runs once, with the release and the variables of a service.'}
              </p>
            ) : (
              <Ran runs={runs} place={place} opened={opened} onOpen={setOpened} />
            )}
          </>
        )}
      </Loaded>
      {isAsking ? (
        <RunCommand
          place={place}
          services={environment.services}
          onClose={() => setAsking(false)}
          onBegun={setOpened}
        />
      ) : null}
    </Panel>
  )
}

function Due({ cron }: { cron: Shown['cron'] }) {
  return (
    <Rows className="border-b">
      {cron.map((service) => {
        const look = service.last ? runLook(service.last) : undefined
        return (
          <li
            key={service.serviceId}
            className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 px-4 py-2.5 text-13"
          >
            <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
              <b className="font-medium">{service.name}</b>
              <code className="min-w-0 text-12 text-ink-2 [overflow-wrap:anywhere]">{service.command}</code>
            </span>
            {look ? <State kind={look.kind}>{look.word}</State> : <State kind="waiting">Never ran</State>}
            <span className="text-12 text-ink-3">{scheduleWords(service.schedule)}</span>
            <span className="text-right text-12 text-ink-2">
              {service.nextAt ? (
                <>
                  next <Time at={service.nextAt} />
                </>
              ) : (
                'never again'
              )}
            </span>
          </li>
        )
      })}
    </Rows>
  )
}

function Ran({
  runs,
  place,
  opened,
  onOpen,
}: {
  runs: Shown['runs']
  place: { app: string; environment: string }
  opened: string | null
  onOpen: (id: string | null) => void
}) {
  const [isAll, setAll] = useState(false)
  const shown = isAll ? runs : runs.slice(0, shownFirst)
  return (
    <>
      <Rows>
        {shown.map((run) => {
          const look = runLook(run)
          const isOpen = run.id === opened
          return (
            <li key={run.id} className="text-13">
              <button
                type="button"
                aria-expanded={isOpen}
                onClick={() => onOpen(isOpen ? null : run.id)}
                className="grid w-full grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 px-4 py-2 text-left hover:bg-sunken"
              >
                <code className="min-w-0 truncate text-12">{run.command ?? run.service}</code>
                <State kind={look.kind}>{look.word}</State>
                <span className="min-w-0 truncate text-12 text-ink-3">
                  {run.kind === 'cron' ? 'due ' : ''}
                  <Time at={run.dueAt ?? run.createdAt} />
                  {run.kind === 'command' ? ` as ${run.service}` : ''}
                  {run.by ? `, ${run.by}` : ''}
                </span>
                <span className="text-right text-12 text-ink-3">
                  {run.startedAt ? <Lasting from={run.startedAt} to={run.endedAt} /> : null}
                </span>
              </button>
              {isOpen ? <RunLog run={run} place={place} /> : null}
            </li>
          )
        })}
      </Rows>
      {runs.length > shownFirst ? (
        <div className="border-t px-4 py-2">
          <Button size="small" look="plain" onClick={() => setAll(!isAll)}>
            {isAll ? 'Fewer' : `All ${runs.length}`}
          </Button>
        </div>
      ) : null}
    </>
  )
}

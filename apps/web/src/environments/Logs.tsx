'use client'
import { useQuery } from '@tanstack/react-query'
import { StreamLog } from '../api/StreamLog.tsx'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { Panel } from '../ui/Panel.tsx'
import { State } from '../ui/State.tsx'
import { FoundLines } from './FoundLines.tsx'
import { LogFilter } from './LogFilter.tsx'
import { isSearch } from './log-search.ts'
import { useChosen } from './use-chosen.ts'

type Shown = Answers['environments']['get']

/** What the services say: followed as they say it, or searched. What is searched for is in the address. */
export function Logs({ environment }: { environment: Shown }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const { chosen } = useChosen()
  const place = { app: environment.app.name, environment: environment.name }
  const deployments = useQuery(trpc.environments.deployments.queryOptions({ organisationId, ...place }))
  const search = {
    text: chosen('text'),
    service: chosen('log'),
    level: chosen('output'),
    host: chosen('host'),
    when: chosen('when'),
  }
  const { services } = environment
  const followed = services.find(({ name }) => name === search.service) ?? services[0]
  if (!followed) return null
  const isSearching = isSearch(search)
  return (
    <Panel
      title="Logs"
      sub={isSearching ? <State kind="none">Search</State> : <State kind="good">Live, {followed.name}</State>}
    >
      <LogFilter
        environment={environment}
        search={search}
        followed={followed.name}
        deployments={deployments.data ?? []}
      />
      {isSearching ? (
        <FoundLines
          key={JSON.stringify(search)}
          place={place}
          search={search}
          deployments={deployments.data}
          isOneService={services.length === 1}
        />
      ) : (
        <StreamLog
          stream={followed.stream}
          label={`Log of ${followed.name}`}
          isLive
          empty={`${followed.name} has not said anything yet. What it writes to its output appears here.`}
        />
      )}
    </Panel>
  )
}

'use client'
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'next/navigation'
import { useTRPC } from '../api/trpc.ts'
import { Loaded, LoadingPage } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { environmentsOf } from '../pipeline/pipeline-shown.ts'
import { EnvironmentCards } from '../pipeline/Targets.tsx'
import { Panel } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { EnvironmentPage } from './Environment.tsx'

/** The environments of an app; where there is one alone, it is shown at once. */
export function Environments() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const app = decodeURIComponent(useParams<{ app: string }>().app)
  const found = useQuery(trpc.apps.get.queryOptions({ organisationId, app }))
  return (
    <Loaded query={found} what={app} shape={<LoadingPage title="Environments" what={app} />}>
      {({ environments }) => {
        const [environment, another] = environments
        if (another) return <EnvironmentList app={app} />
        return environment ? <EnvironmentPage app={app} name={environment.name} /> : null
      }}
    </Loaded>
  )
}

/** All of them in the order of the stages, each with what is live in it. */
function EnvironmentList({ app }: { app: string }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const pipeline = useQuery(trpc.pipeline.get.queryOptions({ organisationId, app }))
  return (
    <>
      <PageTitle title="Environments" sub="in the order of the pipeline" />
      <Panel>
        <Loaded query={pipeline} what="the environments">
          {(shown) => <EnvironmentCards app={app} environments={environmentsOf(shown)} />}
        </Loaded>
      </Panel>
    </>
  )
}

/** The environment of the address. */
export function Environment() {
  const parameters = useParams<{ app: string; environment: string }>()
  return (
    <EnvironmentPage
      app={decodeURIComponent(parameters.app)}
      name={decodeURIComponent(parameters.environment)}
    />
  )
}

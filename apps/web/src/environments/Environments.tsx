'use client'
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'next/navigation'
import { useTRPC } from '../api/trpc.ts'
import { Loaded, LoadingPage } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { EnvironmentPage } from './Environment.tsx'

/** The environments of an app. While each app has one, it is shown at once. */
export function Environments() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const app = decodeURIComponent(useParams<{ app: string }>().app)
  const found = useQuery(trpc.apps.get.queryOptions({ organisationId, app }))
  return (
    <Loaded query={found} what={app} shape={<LoadingPage title="Environments" what={app} />}>
      {({ environments }) => {
        const [environment] = environments
        return environment ? <EnvironmentPage app={app} name={environment.name} /> : null
      }}
    </Loaded>
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

import { type ReactNode, Suspense } from 'react'
import { ApiProvider } from '#src/api/ApiProvider.tsx'
import { Dashboard } from '#src/organisation/Dashboard.tsx'
import { OrganisationProvider } from '#src/organisation/organisation.tsx'

export default async function Layout({
  children,
  params,
}: {
  children: ReactNode
  params: Promise<{ organisation: string }>
}) {
  const { organisation } = await params
  return (
    <ApiProvider>
      <OrganisationProvider slug={decodeURIComponent(organisation)}>
        <Dashboard>
          <Suspense>{children}</Suspense>
        </Dashboard>
      </OrganisationProvider>
    </ApiProvider>
  )
}

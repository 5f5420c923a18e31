'use client'
import { useQuery } from '@tanstack/react-query'
import { useParams, usePathname } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { useTRPC } from '../api/trpc.ts'
import { useSession, useSignOut } from '../auth/session.ts'
import { GoTo } from '../palette/GoTo.tsx'
import { paths } from '../paths.ts'
import { Crumb, initialOf, PersonMenu } from '../ui/Menu.tsx'
import { Shell, Slash, type Tab } from '../ui/Shell.tsx'
import { LiveFoot } from './LiveFoot.tsx'
import { useOrganisation } from './organisation.tsx'
import { WaitsForYou } from './WaitsForYou.tsx'

/** The frame of all pages of an organisation; crumbs and tabs follow from the address. */
export function Dashboard({ children }: { children: ReactNode }) {
  const organisation = useOrganisation()
  const pathname = usePathname()
  const parameters = useParams<{ app?: string; environment?: string }>()
  const app = parameters.app === undefined ? null : decodeURIComponent(parameters.app)
  const environment = parameters.environment === undefined ? null : decodeURIComponent(parameters.environment)
  const [isFinding, setFinding] = useState(false)
  return (
    <>
      <Shell
        homeHref={paths.apps(organisation.slug)}
        crumbs={<Crumbs app={app} environment={environment} />}
        aside={
          <>
            <WaitsForYou />
            <Person />
          </>
        }
        onFind={() => setFinding(true)}
        tabs={useTabs(app, pathname)}
        tabsLabel={app === null ? organisation.name : app}
        foot={<LiveFoot />}
      >
        {children}
      </Shell>
      <GoTo isOpen={isFinding} setOpen={setFinding} app={app} />
    </>
  )
}

function Crumbs({ app, environment }: { app: string | null; environment: string | null }) {
  const trpc = useTRPC()
  const organisation = useOrganisation()
  const organisations = useQuery(trpc.organisations.mine.queryOptions())
  const apps = useQuery(trpc.apps.list.queryOptions({ organisationId: organisation.id }))
  return (
    <>
      <Crumb
        mark={initialOf(organisation.name)}
        label={organisation.name}
        menuLabel="Switch the organisation"
        className={app === null ? undefined : 'hidden md:flex'}
        items={(organisations.data ?? []).map((one) => ({
          key: one.id,
          label: one.name,
          href: paths.organisation(one.slug),
          isCurrent: one.id === organisation.id,
        }))}
      />
      {app === null ? null : (
        <>
          <span className="hidden md:inline">
            <Slash />
          </span>
          <Crumb
            label={app}
            menuLabel="Switch the app"
            items={(apps.data ?? []).map((one) => ({
              key: one.name,
              label: one.name,
              href: paths.app(organisation.slug, one.name),
              isCurrent: one.name === app,
            }))}
          />
          {environment === null ? null : (
            <>
              <Slash />
              <EnvironmentCrumb app={app} environment={environment} />
            </>
          )}
        </>
      )}
    </>
  )
}

function EnvironmentCrumb({ app, environment }: { app: string; environment: string }) {
  const trpc = useTRPC()
  const organisation = useOrganisation()
  const found = useQuery(trpc.apps.get.queryOptions({ organisationId: organisation.id, app }))
  return (
    <Crumb
      label={environment}
      menuLabel="Switch the environment"
      items={(found.data?.environments ?? []).map((one) => ({
        key: one.name,
        label: one.name,
        href: paths.environment(organisation.slug, app, one.name),
        isCurrent: one.name === environment,
      }))}
    />
  )
}

function Person() {
  const session = useSession()
  const signOut = useSignOut()
  if (!session.data) return <span className="ml-1 size-[26px]" />
  const { name, email } = session.data.user
  return (
    <PersonMenu
      name={name}
      detail={email}
      items={[{ key: 'account', label: 'Your account', href: paths.account() }]}
      onSignOut={signOut}
    />
  )
}

function useTabs(app: string | null, pathname: string): Tab[] {
  const trpc = useTRPC()
  const { id: organisationId, slug, actions } = useOrganisation()
  const apps = useQuery(trpc.apps.list.queryOptions({ organisationId }))
  const accounts = useQuery(trpc.cloudAccounts.list.queryOptions({ organisationId }))
  const members = useQuery(trpc.members.list.queryOptions({ organisationId }))
  const isAt = (path: string) => pathname === path || pathname.startsWith(`${path}/`)

  if (app !== null) {
    const home = paths.app(slug, app)
    return [
      {
        href: home,
        label: 'Overview',
        isCurrent: pathname === home || pathname.startsWith(`${home}/executions`),
      },
      ...[
        { href: paths.pipeline(slug, app), label: 'Pipeline' },
        { href: paths.commits(slug, app), label: 'Commits' },
        { href: paths.environments(slug, app), label: 'Environments' },
        { href: paths.variables(slug, app), label: 'Variables and secrets' },
        { href: paths.appSettings(slug, app), label: 'Settings' },
      ].map((tab) => ({ ...tab, isCurrent: isAt(tab.href) })),
    ]
  }
  const home = paths.apps(slug)
  const isAppsPage = pathname === home || isAt(paths.firstSteps(slug)) || isAt(paths.newApp(slug))
  return [
    { href: home, label: 'Apps', count: apps.data?.length, isCurrent: isAppsPage },
    {
      href: paths.cloudAccounts(slug),
      label: 'Cloud accounts',
      count: accounts.data?.length,
      isCurrent:
        isAt(paths.cloudAccounts(slug)) || isAt(paths.connect(slug)) || isAt(paths.permissions(slug)),
    },
    { href: paths.bill(slug), label: 'Bill', isCurrent: isAt(paths.bill(slug)) },
    {
      href: paths.people(slug),
      label: 'People',
      count: members.data?.length,
      isCurrent: isAt(paths.people(slug)),
    },
    ...(actions.includes('tokens.read')
      ? [{ href: paths.tokens(slug), label: 'Tokens', isCurrent: isAt(paths.tokens(slug)) }]
      : []),
    ...(actions.includes('audit.read')
      ? [{ href: paths.audit(slug), label: 'Audit log', isCurrent: isAt(paths.audit(slug)) }]
      : []),
  ]
}

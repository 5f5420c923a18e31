'use client'
import { useQuery } from '@tanstack/react-query'
import {
  AppWindow,
  Cloud,
  FileText,
  GitCommitHorizontal,
  KeyRound,
  Plus,
  Receipt,
  Settings,
  User,
  Users,
  Workflow,
} from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { useTRPC } from '../api/trpc.ts'
import { useSignOut } from '../auth/session.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Palette, type PaletteEntry } from '../ui/Palette.tsx'

/** ⌘K over what exists in the organisation: apps, their pages, its pages, and the few actions. */
export function GoTo({
  isOpen,
  setOpen,
  app,
}: {
  isOpen: boolean
  setOpen: (isOpen: boolean) => void
  app: string | null
}) {
  const trpc = useTRPC()
  const router = useRouter()
  const signOut = useSignOut()
  const { id: organisationId, slug, actions } = useOrganisation()
  const apps = useQuery(trpc.apps.list.queryOptions({ organisationId }))
  const accounts = useQuery(trpc.cloudAccounts.list.queryOptions({ organisationId }))
  const organisations = useQuery(trpc.organisations.mine.queryOptions())

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      setOpen(true)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [setOpen])

  const to = (href: string, label: string, icon: PaletteEntry['icon'], detail?: string): PaletteEntry => ({
    key: href,
    label,
    detail,
    icon,
    run: () => router.push(href),
  })
  return (
    <Palette
      isOpen={isOpen}
      onClose={() => setOpen(false)}
      groups={[
        {
          name: app === null ? '' : `In ${app}`,
          entries:
            app === null
              ? []
              : [
                  to(paths.app(slug, app), 'Overview', <AppWindow />),
                  to(paths.pipeline(slug, app), 'Pipeline', <Workflow />),
                  to(paths.commits(slug, app), 'Commits', <GitCommitHorizontal />),
                  to(paths.environments(slug, app), 'Environments', <Cloud />),
                  to(paths.variables(slug, app), 'Variables and secrets', <KeyRound />),
                  to(paths.appSettings(slug, app), 'Settings', <Settings />),
                ],
        },
        {
          name: 'Apps',
          entries: (apps.data ?? []).map((one) =>
            to(paths.app(slug, one.name), one.name, <AppWindow />, one.region),
          ),
        },
        {
          name: 'Cloud accounts',
          entries: (accounts.data ?? []).map((one) =>
            to(paths.cloudAccount(slug, one.id), one.name, <Cloud />, one.region),
          ),
        },
        {
          name: 'Pages',
          entries: [
            to(paths.apps(slug), 'All apps', <AppWindow />),
            to(paths.cloudAccounts(slug), 'All cloud accounts', <Cloud />),
            to(paths.bill(slug), 'Bill', <Receipt />),
            to(paths.people(slug), 'People', <Users />),
            ...(actions.includes('tokens.read') ? [to(paths.tokens(slug), 'Tokens', <KeyRound />)] : []),
            ...(actions.includes('audit.read') ? [to(paths.audit(slug), 'Audit log', <FileText />)] : []),
            to(paths.permissions(slug), 'What Slipway may do in your account', <FileText />),
            to(paths.account(), 'Your account', <User />),
          ],
        },
        {
          name: 'Actions',
          entries: [
            ...(actions.includes('apps.create') ? [to(paths.newApp(slug), 'Create an app', <Plus />)] : []),
            ...(actions.includes('cloud-accounts.connect')
              ? [to(paths.connect(slug), 'Connect an AWS account', <Plus />)]
              : []),
            { key: 'sign-out', label: 'Sign out', icon: <User />, run: signOut },
          ],
        },
        {
          name: 'Organisations',
          entries: (organisations.data ?? [])
            .filter((one) => one.slug !== slug)
            .map((one) => to(paths.organisation(one.slug), one.name, <Users />)),
        },
      ]}
    />
  )
}

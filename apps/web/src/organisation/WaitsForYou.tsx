'use client'
import { useQuery } from '@tanstack/react-query'
import { Inbox } from 'lucide-react'
import { useTRPC } from '../api/trpc.ts'
import { paths } from '../paths.ts'
import { LinkMenu } from '../ui/Menu.tsx'
import { useOrganisation } from './organisation.tsx'

/** Pushes that wait for Deploy and approvals that this person may give, over all apps, each with the way to it. */
export function WaitsForYou() {
  const trpc = useTRPC()
  const { id: organisationId, slug, actions } = useOrganisation()
  const mayDeploy = actions.includes('executions.deploy')
  const mayApprove = actions.includes('executions.approve')
  const pushes = useQuery(trpc.pushes.waiting.queryOptions({ organisationId }, { enabled: mayDeploy }))
  const approvals = useQuery(trpc.pushes.approvals.queryOptions({ organisationId }, { enabled: mayApprove }))
  const items = [
    ...(approvals.data ?? []).map(({ app, number, path, words, stage, message }) => ({
      key: `${app} ${number} ${path}`,
      label: `Approve ${app} into ${stage}: ${message}`,
      detail: words,
      href: paths.pipeline(slug, app),
    })),
    ...(pushes.data ?? []).map(({ app, number, message }) => ({
      key: `${app} ${number}`,
      label: `Deploy ${app}: ${message}`,
      detail: `Execution ${number}`,
      href: paths.deployPush(slug, app, number),
    })),
  ]
  if (items.length === 0) return null
  return (
    <LinkMenu items={items}>
      <Inbox aria-hidden="true" className="size-4" />
      <span className="max-md:sr-only">Waits for you</span>
      <b className="text-accent-ink">{items.length}</b>
    </LinkMenu>
  )
}

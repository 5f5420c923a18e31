'use client'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { Panel } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { Invitations } from './Invitations.tsx'
import { InviteSomebody } from './InviteSomebody.tsx'
import { MemberTable } from './MemberTable.tsx'

/** Who belongs to the organisation, as what, and who is invited. */
export function People() {
  const trpc = useTRPC()
  const { id: organisationId, name } = useOrganisation()
  const members = useQuery(trpc.members.list.queryOptions({ organisationId }))
  return (
    <>
      <PageTitle title="People" sub={`Members of ${name}. A viewer costs nothing on either plan.`} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_400px]">
        <div className="grid min-w-0 gap-4">
          <Panel title="Members">
            <Loaded query={members} what="the members">
              {(list) => <MemberTable members={list} />}
            </Loaded>
          </Panel>
          <Invitations />
        </div>
        <InviteSomebody />
      </div>
    </>
  )
}

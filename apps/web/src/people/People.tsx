'use client'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { Panel } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { Cell, HeadCell, Table, TableRow } from '../ui/Table.tsx'
import { Time } from '../ui/Time.tsx'

/** Who belongs to the organisation, and as what. */
export function People() {
  const trpc = useTRPC()
  const { id: organisationId, name } = useOrganisation()
  const members = useQuery(trpc.members.list.queryOptions({ organisationId }))
  return (
    <>
      <PageTitle title="People" sub={`Members of ${name}. A viewer costs nothing on either plan.`} />
      <Panel>
        <Loaded query={members} what="the members">
          {(list) => (
            <Table
              label="Members"
              head={
                <>
                  <HeadCell>Name</HeadCell>
                  <HeadCell hideNarrow>E-mail</HeadCell>
                  <HeadCell>Role</HeadCell>
                  <HeadCell isRight>Since</HeadCell>
                </>
              }
            >
              {list.map((member) => (
                <TableRow key={member.userId}>
                  <Cell className="font-medium">{member.name}</Cell>
                  <Cell hideNarrow className="text-ink-2">
                    {member.email}
                  </Cell>
                  <Cell>{member.role}</Cell>
                  <Cell isRight className="text-ink-3">
                    <Time at={member.since} />
                  </Cell>
                </TableRow>
              ))}
            </Table>
          )}
        </Loaded>
      </Panel>
    </>
  )
}

'use client'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { LoadingRows } from '../ui/Empty.tsx'
import { Panel } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { type PermissionsListed, sentence } from './CanAndCannot.tsx'

/** Every action that Slipway may take in a connected account, with its reason: made from the policy itself. */
export function Permissions() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const permissions = useQuery(trpc.permissions.list.queryOptions({ organisationId }))
  return (
    <div className="mx-auto max-w-[1240px]">
      <PageTitle
        title="What Slipway may do in your account"
        sub="The roles of the stack you launch, action by action; the policies are made from this list"
      />
      <Loaded
        query={permissions}
        what="the permissions"
        shape={
          <Panel>
            <LoadingRows what="the permissions" rows={5} />
          </Panel>
        }
      >
        {(list) => (
          <div className="grid gap-4">
            {list.groups.map((group) => (
              <Role key={group.role} group={group} />
            ))}
          </div>
        )}
      </Loaded>
    </div>
  )
}

type Group = PermissionsListed['groups'][number]

function Role({ group }: { group: Group }) {
  return (
    <Panel title={<code>{group.role}</code>} sub={group.about}>
      <Lines lines={group.can} />
      {group.never.length > 0 ? (
        <>
          <h3 className="border-y bg-sunken px-4 py-1.5 text-12 font-semibold text-ink-2">
            Never, whatever else is allowed
          </h3>
          <Lines lines={group.never} />
        </>
      ) : null}
    </Panel>
  )
}

function Lines({ lines }: { lines: Group['can'] }) {
  return (
    <ul className="divide-y divide-line">
      {lines.map((line) => (
        <li
          key={line.words}
          className="grid gap-x-6 gap-y-1 px-4 py-2.5 text-13 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)]"
        >
          <span>{sentence(line.words)}</span>
          <span className="font-mono text-12 leading-5 text-ink-2 [overflow-wrap:anywhere]">
            {line.actions.join(', ')}
          </span>
        </li>
      ))}
    </ul>
  )
}

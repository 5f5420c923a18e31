'use client'
import { useQuery } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Panel } from '../ui/Panel.tsx'

export type PermissionsListed = Answers['permissions']['list']

/** What Slipway will be able to do in the account and what it will not, in the words of the policy itself. */
export function CanAndCannot() {
  const trpc = useTRPC()
  const { id: organisationId, slug } = useOrganisation()
  const permissions = useQuery(trpc.permissions.list.queryOptions({ organisationId }))
  return (
    <Panel
      title="What Slipway will be able to do"
      aside={
        permissions.data ? (
          <Link href={paths.permissions(slug)} className="link text-13">
            Every action, with its reason
          </Link>
        ) : null
      }
    >
      <Loaded query={permissions} what="what Slipway may do">
        {(list) => (
          <div className="grid md:grid-cols-2">
            <Column
              title="Can"
              icon={<Check aria-hidden="true" className="size-4 text-ok" />}
              words={mainGroup(list).can.map(({ words }) => sentence(words))}
            />
            <Column
              title="Cannot"
              icon={<X aria-hidden="true" className="size-4 text-bad" />}
              words={list.cannot.map(sentence)}
              isSecond
            />
          </div>
        )}
      </Loaded>
    </Panel>
  )
}

/** What Slipway itself does; the roles of CloudFormation and of hosts stand on the page of every action. */
function mainGroup(list: PermissionsListed): PermissionsListed['groups'][number] {
  const group = list.groups.find((one) => one.role === 'control') ?? list.groups[0]
  if (!group) throw new Error('the list of permissions has no role')
  return group
}

/** The words end the sentence "It can …"; here they stand alone. */
export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function Column({
  title,
  icon,
  words,
  isSecond = false,
}: {
  title: string
  icon: ReactNode
  words: string[]
  isSecond?: boolean
}) {
  return (
    <div
      className={isSecond ? 'border-line px-4 pt-3.5 pb-4 max-md:border-t md:border-l' : 'px-4 pt-3.5 pb-4'}
    >
      <h3 className="mb-2 flex items-center gap-1.5 text-13 font-semibold">
        {icon}
        {title}
      </h3>
      <ul className="grid gap-2 text-13 text-ink-2">
        {words.map((sentence) => (
          <li key={sentence} className="border-l border-line-2 pl-3">
            {sentence}
          </li>
        ))}
      </ul>
    </div>
  )
}

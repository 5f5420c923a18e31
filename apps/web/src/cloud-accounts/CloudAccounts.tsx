'use client'
import { useQuery } from '@tanstack/react-query'
import { Cloud, Plus } from 'lucide-react'
import Link from 'next/link'
import { useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { Empty } from '../ui/Empty.tsx'
import { Panel, PanelBody, Rows } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { State } from '../ui/State.tsx'
import { Time } from '../ui/Time.tsx'
import { accountLook, groupDigits } from './state.ts'

/** The AWS accounts in which apps may live. */
export function CloudAccounts() {
  const trpc = useTRPC()
  const { id: organisationId, slug } = useOrganisation()
  const accounts = useQuery(trpc.cloudAccounts.list.queryOptions({ organisationId }))
  return (
    <>
      <PageTitle
        title="Cloud accounts"
        sub={
          <Link href={paths.permissions(slug)} className="link">
            What Slipway may do there
          </Link>
        }
        actions={<ConnectButton />}
      />
      <Panel>
        <Loaded query={accounts} what="your cloud accounts">
          {(list) =>
            list.length === 0 ? (
              <PanelBody>
                <Empty title="No cloud account" action={<ConnectButton />}>
                  Apps live in AWS accounts of yours. Connecting one makes roles, and nothing that costs
                  anything.
                </Empty>
              </PanelBody>
            ) : (
              <Rows>
                {list.map((account) => {
                  const { kind, word } = accountLook(account.state)
                  return (
                    <li
                      key={account.id}
                      className="relative flex items-center gap-3 px-4 py-3 hover:bg-sunken"
                    >
                      <span className="grid size-[30px] flex-none place-items-center rounded-6 border text-ink-2">
                        <Cloud aria-hidden="true" className="size-4" />
                      </span>
                      <span className="min-w-0 flex-1">
                        <Link
                          href={paths.cloudAccount(slug, account.id)}
                          className="block truncate font-medium after:absolute after:inset-0 after:content-['']"
                        >
                          {account.name}
                        </Link>
                        <span className="text-12 text-ink-3">
                          {account.accountNumber
                            ? groupDigits(account.accountNumber)
                            : 'number not known yet'}
                        </span>
                      </span>
                      <span className="hidden text-12 text-ink-3 sm:block">
                        {account.checkedAt ? (
                          <>
                            checked <Time at={account.checkedAt} />
                          </>
                        ) : null}
                      </span>
                      <State kind={kind}>{word}</State>
                    </li>
                  )
                })}
              </Rows>
            )
          }
        </Loaded>
      </Panel>
    </>
  )
}

function ConnectButton() {
  const { slug } = useOrganisation()
  const reason = useReason('cloud-accounts.connect')
  const label = (
    <>
      <Plus aria-hidden="true" className="size-4" />
      Connect an AWS account
    </>
  )
  return reason ? (
    <Button look="go" reason={reason}>
      {label}
    </Button>
  ) : (
    <ButtonLink href={paths.connect(slug)} look="go">
      {label}
    </ButtonLink>
  )
}

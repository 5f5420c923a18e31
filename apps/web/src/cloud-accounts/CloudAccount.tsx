'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import Link from 'next/link'
import { useParams } from 'next/navigation'
import { useState } from 'react'
import { problemOf, storedProblem } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { Loaded, LoadingPage } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { TextField } from '../ui/Field.tsx'
import { FoldOut } from '../ui/FoldOut.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { Pill, State } from '../ui/State.tsx'
import { Time } from '../ui/Time.tsx'
import { CanAndCannot } from './CanAndCannot.tsx'
import { CheckAgain } from './CheckAgain.tsx'
import type { CloudAccountShown } from './cloud-account-shown.ts'
import { Disconnect } from './Disconnect.tsx'
import { LiveCheck } from './LiveCheck.tsx'
import { accountLook, groupDigits } from './state.ts'
import { WhatStays } from './WhatStays.tsx'

/** One connection: its link while it waits, what was proved, what is wrong and how to mend it, its end. */
export function CloudAccount() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const cloudAccountId = decodeURIComponent(useParams<{ account: string }>().account)
  const account = useQuery(trpc.cloudAccounts.get.queryOptions({ organisationId, cloudAccountId }))
  return (
    <div className="mx-auto max-w-[1240px]">
      <Loaded
        query={account}
        what="the cloud account"
        shape={<LoadingPage title="Cloud account" what="the cloud account" />}
      >
        {(shown) => <Whole account={shown} />}
      </Loaded>
    </div>
  )
}

function Whole({ account }: { account: CloudAccountShown }) {
  const { kind, word } = accountLook(account.state)
  const problem = storedProblem(account.reason)
  const isSettled = account.state === 'connected' || account.state === 'broken'
  return (
    <>
      <PageTitle
        title={isSettled || account.state === 'disconnected' ? account.name : `Connect ${account.name}`}
        sub={
          account.accountNumber
            ? `AWS account ${groupDigits(account.accountNumber)}`
            : 'Turns green by itself; you can close this page meanwhile'
        }
      >
        <Pill kind={kind}>{word}</Pill>
      </PageTitle>
      {account.state === 'broken' || account.state === 'refused' ? (
        <ProblemNotice
          className="mb-4"
          problem={problem ?? { what: `The connection with ${account.name} does not hold.` }}
          action={<CheckAgain account={account} />}
          isUrgent
        />
      ) : null}
      {account.state === 'broken' && account.brokenSince ? (
        <p className="mb-4 text-13 text-ink-2">
          Broken since <Time at={account.brokenSince} />. What runs there runs on, and is billed while we hear
          of it; pushes and rollbacks wait until the connection is mended. Slipway tries again by itself.
        </p>
      ) : null}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_440px]">
        <div className="grid min-w-0 gap-4">
          {account.state === 'waiting' ||
          account.state === 'proving' ||
          account.state === 'refused' ||
          account.state === 'broken' ? (
            <Launch account={account} />
          ) : null}
          {account.state === 'connected' ? <Connected account={account} /> : null}
          {account.state === 'disconnected' ? <Gone account={account} /> : null}
          {account.state === 'disconnected' ? null : <CanAndCannot />}
          {account.state === 'disconnected' ? null : <Disconnect account={account} />}
        </div>
        <LiveCheck account={account} />
      </div>
    </>
  )
}

/** The one button, and for accounts that may not announce themselves, the twelve digits. */
function Launch({ account }: { account: CloudAccountShown }) {
  const reason = useReason('cloud-accounts.connect')
  const isFirst = account.state === 'waiting'
  return (
    <Panel isForYou={isFirst}>
      <PanelBody className="grid gap-3 pl-5">
        {account.launch && !reason ? (
          <div>
            <ButtonLink href={account.launch.link} look={isFirst ? 'go' : 'usual'} size="large" isExternal>
              Open AWS to create the roles
              <ExternalLink aria-hidden="true" className="size-4" />
            </ButtonLink>
          </div>
        ) : (
          <Button look="go" size="large" reason={reason ?? 'There is no link for this account any more.'}>
            Open AWS to create the roles
          </Button>
        )}
        <p className="text-12 text-ink-2">
          You see the template first and press <b className="font-medium text-ink">Create stack</b> there. It
          makes roles and policies, and nothing that costs anything. Deleting the stack ends the connection;
          your apps go on running.
        </p>
        <TypeNumber account={account} />
      </PanelBody>
    </Panel>
  )
}

function TypeNumber({ account }: { account: CloudAccountShown }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const reason = useReason('cloud-accounts.connect')
  const [number, setNumber] = useState('')
  const type = useMutation(
    trpc.cloudAccounts.typeNumber.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.cloudAccounts.pathFilter()),
    }),
  )
  return (
    <FoldOut summary="It does not turn green? Type the account's twelve digits">
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (!type.isPending && !reason) type.mutate({ organisationId, cloudAccountId: account.id, number })
        }}
      >
        <p className="text-12 text-ink-2">
          Some organisations forbid their accounts to send the one message that says the stack is there.
          {account.launch ? (
            <>
              {' '}
              Then{' '}
              <a
                href={account.launch.linkWithoutAnnouncement}
                target="_blank"
                rel="noopener noreferrer"
                className="link"
              >
                create it without the message
              </a>
              .
            </>
          ) : null}{' '}
          The stack's outputs name the number; Slipway proves the role all the same.
        </p>
        {type.error ? <ProblemNotice problem={problemOf(type.error)} isUrgent /> : null}
        <div className="flex flex-wrap items-end gap-3">
          <TextField
            label="AWS account number"
            isMono
            inputMode="numeric"
            autoComplete="off"
            placeholder="1234-5678-9012"
            required
            value={number}
            onChange={(event) => setNumber(event.target.value)}
          />
          <Button type="submit" reason={reason} busy={type.isPending && 'Sending'}>
            Prove it
          </Button>
          {type.isSuccess ? (
            <span role="status" className="self-center">
              <State kind="running">Being proved</State>
            </span>
          ) : null}
        </div>
      </form>
    </FoldOut>
  )
}

function Connected({ account }: { account: CloudAccountShown }) {
  const trpc = useTRPC()
  const { id: organisationId, slug } = useOrganisation()
  const apps = useQuery(trpc.apps.list.queryOptions({ organisationId }))
  const here = apps.data?.filter((app) => app.cloudAccount.id === account.id) ?? []
  return (
    <Panel
      title="Apps here"
      isForYou={apps.data !== undefined && here.length === 0}
      aside={
        <ButtonLink href={paths.newApp(slug)} look={here.length === 0 ? 'go' : 'usual'} size="small">
          Create an app
        </ButtonLink>
      }
    >
      {here.length === 0 ? (
        <p className="p-4 text-13 text-ink-2">
          None yet, and nothing here costs anything. The first push makes a network and a bucket ($0 a month),
          then a runner and a host.
        </p>
      ) : (
        <ul className="divide-y divide-line">
          {here.map((app) => (
            <li key={app.id} className="flex items-center gap-3 px-4 py-2 text-13">
              <Link href={paths.app(slug, app.name)} className="font-medium hover:underline">
                {app.name}
              </Link>
              <span className="text-12 text-ink-3">{app.region}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Gone({ account }: { account: CloudAccountShown }) {
  const { slug } = useOrganisation()
  return (
    <Panel title="Disconnected">
      <PanelBody className="grid gap-3 text-13 text-ink-2">
        <p>
          Slipway forgot how to get in, and never does again. What ran there runs on, in your account and on
          your AWS bill.
        </p>
        <WhatStays account={account} />
        <p>
          Connecting the account again is a new connection. To take down what is left, delete these stacks.
        </p>
        <div>
          <ButtonLink href={paths.connect(slug)}>Connect an AWS account</ButtonLink>
        </div>
      </PanelBody>
    </Panel>
  )
}

'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { useTRPC, useTRPCClient } from '../api/trpc.ts'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { TextField } from '../ui/Field.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody, Term } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { CanAndCannot } from './CanAndCannot.tsx'

/** Begins a connection: what it means, its name, one button. The next page turns green by itself. */
export function Connect() {
  return (
    <div className="mx-auto max-w-[1240px]">
      <PageTitle title="Connect an AWS account" sub="Nothing to copy back, $0.00 until the first app" />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_440px]">
        <div className="grid min-w-0 gap-4">
          <CanAndCannot />
        </div>
        <div className="grid min-w-0 gap-4 max-lg:order-first">
          <Begin />
          <WhatItCosts />
        </div>
      </div>
    </div>
  )
}

function Begin() {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const { id: organisationId, slug } = useOrganisation()
  const reason = useReason('cloud-accounts.connect')
  const [name, setName] = useState('')
  const client = useTRPCClient()
  const begin = useMutation(trpc.cloudAccounts.begin.mutationOptions())

  const open = async () => {
    // A tab may only be opened by the click itself, so it is there before its address is known. Where the
    // browser refuses it, the account's page has the same link.
    const tab = window.open('', '_blank')
    try {
      const { id } = await begin.mutateAsync({ organisationId, name: name.trim() })
      const account = await client.cloudAccounts.get.query({ organisationId, cloudAccountId: id })
      if (tab && account.launch) {
        tab.opener = null
        tab.location.replace(account.launch.link)
      }
      await queryClient.invalidateQueries(trpc.cloudAccounts.pathFilter())
      router.push(paths.cloudAccount(slug, id))
    } catch {
      // `begin.error` holds what to say.
      tab?.close()
    }
  }
  return (
    <Panel isForYou>
      <PanelBody>
        <form
          className="grid gap-3 pl-1"
          onSubmit={(event) => {
            event.preventDefault()
            if (!begin.isPending && !reason) open()
          }}
        >
          {begin.error ? <ProblemNotice problem={problemOf(begin.error)} isUrgent /> : null}
          <TextField
            label="Name in Slipway"
            size="large"
            hint="Such as “prod”; you see it wherever an app has to say where it lives."
            required
            maxLength={60}
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Button
            type="submit"
            look="go"
            size="large"
            reason={reason}
            busy={begin.isPending && 'Preparing the link'}
          >
            Open AWS to create the roles
            <ExternalLink aria-hidden="true" className="size-4" />
          </Button>
          <p className="text-12 text-ink-2">
            In a new tab you see the template first and press{' '}
            <b className="font-medium text-ink">Create stack</b> there. It makes roles and policies, and
            nothing that costs anything. This page turns green by itself.
          </p>
        </form>
      </PanelBody>
    </Panel>
  )
}

function WhatItCosts() {
  return (
    <Panel title="What it costs">
      <dl className="divide-y divide-line px-4 py-1.5">
        <Term term="AWS, fixed, before the first app">$0.00</Term>
        <Term term="Slipway, fixed">$0.00</Term>
        <Term term="A service, an awake hour, after 750 free a month">$0.006</Term>
      </dl>
    </Panel>
  )
}

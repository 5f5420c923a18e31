'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { DangerDialog } from '../ui/Dialog.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import type { CloudAccountShown } from './cloud-account-shown.ts'
import { WhatStays } from './WhatStays.tsx'

/** Gives the connection up; what runs there runs on. */
export function Disconnect({ account }: { account: CloudAccountShown }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const reason = useReason('cloud-accounts.disconnect')
  const [isAsking, setAsking] = useState(false)
  const disconnect = useMutation(
    trpc.cloudAccounts.disconnect.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.cloudAccounts.pathFilter())
        setAsking(false)
      },
    }),
  )
  return (
    <Panel title="Disconnect">
      <PanelBody className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-[60ch] text-13 text-ink-2">
          Slipway forgets how to get in. No call is made to the account, and what runs there runs on.
        </p>
        <Button look="danger" reason={reason} onClick={() => setAsking(true)}>
          Disconnect {account.name}…
        </Button>
      </PanelBody>
      <DangerDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Disconnect ${account.name}`}
        name={account.name}
        action="Disconnect"
        busy={disconnect.isPending && 'Disconnecting'}
        problem={disconnect.error ? problemOf(disconnect.error) : null}
        onConfirm={() => disconnect.mutate({ organisationId, cloudAccountId: account.id })}
      >
        <WhatStays account={account} />
        <p>
          This ends: deployments, rollbacks and changes of variables from here. Connecting the account again
          is a new connection. To take everything down, delete the apps first, then these stacks in
          CloudFormation.
        </p>
      </DangerDialog>
    </Panel>
  )
}

'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { problemOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import type { CloudAccountShown } from './cloud-account-shown.ts'

/** Proves the connection now, instead of tomorrow. */
export function CheckAgain({ account }: { account: CloudAccountShown }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const reason = useReason('cloud-accounts.connect')
  const check = useMutation(
    trpc.cloudAccounts.recheck.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.cloudAccounts.pathFilter()),
    }),
  )
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      {check.error ? (
        <span role="alert" className="text-12 text-bad">
          {problemOf(check.error).what}
        </span>
      ) : null}
      <Button
        size="small"
        reason={reason}
        reasonHidden
        busy={check.isPending && 'Checking'}
        onClick={() => check.mutate({ organisationId, cloudAccountId: account.id })}
      >
        Check again
      </Button>
    </span>
  )
}

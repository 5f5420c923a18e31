'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { problemOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import type { ExecutionShown } from './execution-shown.ts'
import { hasEnded } from './status.ts'

/** Ends an execution in a known state; what is healthy stays. */
export function Cancel({
  app,
  execution,
  size = 'medium',
}: {
  app: string
  execution: Pick<ExecutionShown, 'number' | 'status' | 'canCancel'>
  size?: 'small' | 'medium'
}) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const reason = useReason('executions.cancel')
  const cancel = useMutation(
    trpc.executions.cancel.mutationOptions({
      onSettled: async () => {
        await queryClient.invalidateQueries(trpc.executions.pathFilter())
        await queryClient.invalidateQueries(trpc.pipeline.pathFilter())
      },
    }),
  )
  if (hasEnded(execution.status)) return null
  return (
    <>
      {cancel.error ? (
        <span role="alert" className="text-12 text-bad">
          {problemOf(cancel.error).what}
        </span>
      ) : null}
      <Button
        size={size}
        aria-label={`Cancel execution ${execution.number}`}
        reason={reason ?? (execution.canCancel ? undefined : 'It comes to rest already.')}
        busy={cancel.isPending && 'Cancelling'}
        onClick={() => cancel.mutate({ organisationId, app, number: execution.number })}
      >
        Cancel
      </Button>
    </>
  )
}

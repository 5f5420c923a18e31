'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { ReasonDialog } from '../pipeline/ReasonDialog.tsx'
import { Button } from '../ui/Button.tsx'

/** Takes the bad mark off a commit, with a reason. */
export function LiftBad({ app, sha }: { app: string; sha: string }) {
  const [isAsking, setAsking] = useState(false)
  const reason = useReason('commits.lift-bad')
  return (
    <>
      <Button size="small" reason={reason} onClick={() => setAsking(true)}>
        Lift the mark…
      </Button>
      {isAsking ? <Ask app={app} sha={sha} onClose={() => setAsking(false)} /> : null}
    </>
  )
}

function Ask({ app, sha, onClose }: { app: string; sha: string; onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const lift = useMutation(
    trpc.commits.liftBad.mutationOptions({
      onSuccess: async () => {
        onClose()
        await queryClient.invalidateQueries(trpc.executions.pathFilter())
      },
    }),
  )
  return (
    <ReasonDialog
      title={`Lift the bad mark of ${sha.slice(0, 7)}`}
      label="Reason, kept in the audit log"
      isNeeded
      action="Lift it"
      look="go"
      busy={lift.isPending && 'Lifting'}
      problem={lift.error ? problemOf(lift.error) : null}
      onClose={onClose}
      onConfirm={(reason) => lift.mutate({ organisationId, app, sha, reason })}
    >
      <p>
        Nothing starts by it. Pushed again it deploys by itself, its releases can be gone back to, and another
        failure marks it anew.
      </p>
    </ReasonDialog>
  )
}

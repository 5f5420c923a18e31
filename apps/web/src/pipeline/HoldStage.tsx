'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import type { StageShown } from './pipeline-shown.ts'
import { ReasonDialog } from './ReasonDialog.tsx'

/** Holds a stage, so that nothing but a rollback enters it, or lets it go. */
export function HoldStage({ app, stage }: { app: string; stage: StageShown }) {
  const [isAsking, setAsking] = useState(false)
  const reason = useReason('pipeline.hold')
  const place = { app, stage: stage.name, onClose: () => setAsking(false) }
  return (
    <>
      <Button
        size="small"
        aria-label={stage.hold ? `Release ${stage.name}` : `Hold ${stage.name}`}
        reason={reason}
        reasonHidden
        onClick={() => setAsking(true)}
      >
        {stage.hold ? 'Release…' : 'Hold…'}
      </Button>
      {isAsking && stage.hold ? <Release {...place} /> : null}
      {isAsking && !stage.hold ? <Hold {...place} /> : null}
    </>
  )
}

type Asked = { app: string; stage: string; onClose: () => void }

function useDone(onClose: () => void) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  return {
    onSuccess: async () => {
      onClose()
      await queryClient.invalidateQueries(trpc.pipeline.pathFilter())
    },
  }
}

function Hold({ app, stage, onClose }: Asked) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const hold = useMutation(trpc.stages.hold.mutationOptions(useDone(onClose)))
  return (
    <ReasonDialog
      title={`Hold ${stage}`}
      label="Reason, shown while it is held"
      isNeeded
      action="Hold"
      look="go"
      busy={hold.isPending && 'Holding'}
      problem={hold.error ? problemOf(hold.error) : null}
      onClose={onClose}
      onConfirm={(reason) => hold.mutate({ organisationId, app, stage, reason })}
    >
      <p>
        What is inside goes on. Nothing more enters until somebody releases it, but a rollback, which is never
        held up.
      </p>
    </ReasonDialog>
  )
}

function Release({ app, stage, onClose }: Asked) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const release = useMutation(trpc.stages.release.mutationOptions(useDone(onClose)))
  return (
    <ReasonDialog
      title={`Release ${stage}`}
      label="Reason, kept in the audit log"
      isNeeded
      action="Release"
      look="go"
      busy={release.isPending && 'Releasing'}
      problem={release.error ? problemOf(release.error) : null}
      onClose={onClose}
      onConfirm={(reason) => release.mutate({ organisationId, app, stage, reason })}
    >
      <p>Whoever waits before it and is let in by its gates enters at once.</p>
    </ReasonDialog>
  )
}

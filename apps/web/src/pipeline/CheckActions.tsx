'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import type { CheckShown } from './pipeline-shown.ts'
import { ReasonDialog } from './ReasonDialog.tsx'

type Place = { app: string; number: number; check: CheckShown }

/** What a person can do about a step or gate that is asked: give or refuse their word, or pass it over. */
export function CheckActions({ app, number, check, isForYou }: Place & { isForYou: boolean }) {
  const [asking, setAsking] = useState<'approve' | 'reject' | 'override' | null>(null)
  const mayApprove = useReason('executions.approve')
  const mayOverride = useReason('executions.override')
  if (check.state.is !== 'asked') return null
  const { answers } = check.state
  const close = () => setAsking(null)
  const place = { app, number, check }
  const whyNotApprove = mayApprove ?? answers?.whyNotApprove ?? undefined
  const whyNotReject = mayApprove ?? answers?.whyNotReject ?? undefined
  return (
    <div className="flex flex-wrap items-center gap-2">
      {answers === null ? null : (
        <>
          <Button
            size="small"
            look={isForYou ? 'go' : 'usual'}
            reason={whyNotApprove}
            onClick={() => setAsking('approve')}
          >
            Approve…
          </Button>
          <Button
            size="small"
            reason={whyNotReject}
            // The same sentence is not shown twice side by side.
            reasonHidden={whyNotReject === whyNotApprove}
            onClick={() => setAsking('reject')}
          >
            Reject…
          </Button>
        </>
      )}
      <Button
        size="small"
        look="plain"
        reason={mayOverride}
        reasonHidden
        onClick={() => setAsking('override')}
      >
        Override…
      </Button>
      {asking === 'approve' ? <Approve {...place} onClose={close} /> : null}
      {asking === 'reject' ? <Reject {...place} onClose={close} /> : null}
      {asking === 'override' ? <Override {...place} onClose={close} /> : null}
    </div>
  )
}

type Asked = Place & { onClose: () => void }

/** After an answer everything that tells of executions is asked again, and the dialog goes. */
function useAnswered(onClose: () => void) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  return {
    onSuccess: async () => {
      onClose()
      await queryClient.invalidateQueries(trpc.pipeline.pathFilter())
      await queryClient.invalidateQueries(trpc.executions.pathFilter())
    },
  }
}

function Approve({ app, number, check, onClose }: Asked) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const approve = useMutation(trpc.executions.approve.mutationOptions(useAnswered(onClose)))
  return (
    <ReasonDialog
      title={`Approve execution ${number}`}
      label="Reason, kept with the approval"
      isNeeded={false}
      action="Approve"
      look="go"
      busy={approve.isPending && 'Approving'}
      problem={approve.error ? problemOf(approve.error) : null}
      onClose={onClose}
      onConfirm={(reason) =>
        approve.mutate({
          organisationId,
          app,
          number,
          path: check.path,
          ...(reason === '' ? {} : { reason }),
        })
      }
    >
      <p>
        <b className="text-ink">{check.words}.</b> It holds for this revision and the commits that it carries,
        in this place of the pipeline, and ends with it if a newer push takes its place.
      </p>
    </ReasonDialog>
  )
}

function Reject({ app, number, check, onClose }: Asked) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const reject = useMutation(trpc.executions.reject.mutationOptions(useAnswered(onClose)))
  return (
    <ReasonDialog
      title={`Reject execution ${number}`}
      label="Reason, kept with the rejection"
      isNeeded
      action="Reject"
      look="danger"
      busy={reject.isPending && 'Rejecting'}
      problem={reject.error ? problemOf(reject.error) : null}
      onClose={onClose}
      onConfirm={(reason) => reject.mutate({ organisationId, app, number, path: check.path, reason })}
    >
      <p>The execution has failed with that. What it deployed so far stays; it goes no further.</p>
    </ReasonDialog>
  )
}

function Override({ app, number, check, onClose }: Asked) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const override = useMutation(trpc.executions.override.mutationOptions(useAnswered(onClose)))
  return (
    <ReasonDialog
      title={`Pass over: ${check.words}`}
      label="Reason, kept in the audit log"
      isNeeded
      action="Override"
      look="danger"
      busy={override.isPending && 'Passing it over'}
      problem={override.error ? problemOf(override.error) : null}
      onClose={onClose}
      onConfirm={(reason) => override.mutate({ organisationId, app, number, path: check.path, reason })}
    >
      <p>
        Execution {number} goes on as if it had passed
        {check.isStep ? '; its command is stopped where it runs' : ''}. Your name and the reason stand beside
        it.
      </p>
    </ReasonDialog>
  )
}

'use client'
import { useMutation } from '@tanstack/react-query'
import { problemOf } from '../api/problem.ts'
import { StreamLog } from '../api/StreamLog.tsx'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { isOver } from './run-words.ts'
import { useChosen } from './use-chosen.ts'

type Run = Answers['runs']['list']['runs'][number]

/** What a run said. A command of a person has a log of its own; a cron service writes to that of the service. */
export function RunLog({ run, place }: { run: Run; place: { app: string; environment: string } }) {
  const { choose } = useChosen()
  if (run.kind === 'cron') {
    return (
      <p className="flex flex-wrap items-center gap-3 px-4 pb-3 text-12 text-ink-2">
        What it says is in the log of {run.service}.
        <Button size="small" onClick={() => choose({ log: run.service })}>
          Show the log of {run.service}
        </Button>
      </p>
    )
  }
  return (
    <div className="border-t">
      {run.error && run.state !== 'cancelled' ? (
        <div className="p-3">
          <ProblemNotice problem={run.error} />
        </div>
      ) : null}
      <StreamLog
        stream={`run:${run.id}`}
        label={`Log of ${run.command}`}
        isLive={!isOver(run)}
        empty={isOver(run) ? 'It said nothing.' : 'No line yet.'}
        height="max-h-[360px]"
      />
      {isOver(run) ? null : <Cancel run={run} place={place} />}
    </div>
  )
}

function Cancel({ run, place }: { run: Run; place: { app: string; environment: string } }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const reason = useReason('runs.cancel')
  const cancel = useMutation(trpc.runs.cancel.mutationOptions())
  return (
    <div className="grid gap-2 px-4 py-2">
      {cancel.error ? <ProblemNotice problem={problemOf(cancel.error)} isUrgent /> : null}
      <Button
        size="small"
        className="justify-self-start"
        reason={reason}
        reasonHidden
        busy={(cancel.isPending || cancel.isSuccess) && 'Ending it'}
        onClick={() => cancel.mutate({ organisationId, ...place, runId: run.id })}
      >
        End it
      </Button>
    </div>
  )
}

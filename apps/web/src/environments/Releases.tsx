'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Undo2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { TextField } from '../ui/Field.tsx'
import { formatBytes } from '../ui/format-time.ts'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, Rows } from '../ui/Panel.tsx'
import { Revision } from '../ui/Revision.tsx'
import { State } from '../ui/State.tsx'
import { Time } from '../ui/Time.tsx'

type Release = Answers['environments']['releases'][number]
type Place = { app: string; environment: string }

/** Every build that was made for this environment; any healthy one is back by one button. */
export function Releases({ app, environment }: Place) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const releases = useQuery(trpc.environments.releases.queryOptions({ organisationId, app, environment }))
  const [asked, setAsked] = useState<Release | null>(null)
  return (
    <Panel title="Releases">
      <Loaded query={releases} what="the releases">
        {(list) =>
          list.length === 0 ? (
            <p className="p-4 text-13 text-ink-2">No release yet. The first build makes one.</p>
          ) : (
            <>
              <Rows>
                {list.map((release) => (
                  <ReleaseRow key={release.id} release={release} onRollBack={() => setAsked(release)} />
                ))}
              </Rows>
              <p className="border-t px-4 py-2 text-12 text-ink-2">Going back needs no build.</p>
            </>
          )
        }
      </Loaded>
      {asked ? (
        <RollBackDialog app={app} environment={environment} release={asked} onClose={() => setAsked(null)} />
      ) : null}
    </Panel>
  )
}

function ReleaseRow({ release, onRollBack }: { release: Release; onRollBack: () => void }) {
  const reason = useReason('environments.roll-back')
  return (
    <li className="grid grid-cols-[32px_minmax(0,1fr)_auto] items-center gap-x-2 gap-y-0.5 px-4 py-2 text-13">
      <b className="font-mono text-12 font-medium">{release.number}</b>
      <span className="flex min-w-0 items-center gap-2">
        <Revision sha={release.sha} title={`${release.message}, ${release.author}`} />
        <span className="min-w-0 truncate text-12 text-ink-3">
          <Time at={release.healthyAt ?? release.createdAt} />
        </span>
      </span>
      {release.isLive ? (
        <State kind={release.isBad ? 'warning' : 'good'}>{release.isBad ? 'Live, bad' : 'Live'}</State>
      ) : release.notPossible ? (
        <span className="text-right text-12 text-ink-3">
          {release.isBad ? <State kind="bad">Bad</State> : 'Never healthy'}
        </span>
      ) : (
        <Button
          size="small"
          aria-label={`Roll back to release ${release.number}`}
          reason={reason}
          reasonHidden
          onClick={onRollBack}
        >
          <Undo2 aria-hidden="true" className="size-3.5" />
          Roll back…
        </Button>
      )}
      <span className="col-start-2 col-end-4 truncate text-12 text-ink-3" title={release.message}>
        {release.message} · {formatBytes(release.sizeBytes)}
      </span>
    </li>
  )
}

function RollBackDialog({
  app,
  environment,
  release,
  onClose,
}: Place & { release: Release; onClose: () => void }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const { id: organisationId, slug } = useOrganisation()
  const [reason, setReason] = useState('')
  const rollBack = useMutation(
    trpc.environments.rollBack.mutationOptions({
      onSuccess: async ({ number }) => {
        await queryClient.invalidateQueries(trpc.executions.pathFilter())
        router.push(paths.execution(slug, app, number))
      },
    }),
  )
  return (
    <Dialog isOpen onClose={onClose} title={`Roll back to release ${release.number}`}>
      <p className="flex flex-wrap items-center gap-2">
        <Revision sha={release.sha} />
        <span className="min-w-0 text-ink">{release.message}</span>
      </p>
      <p>
        It goes live with the variables it had then, without a build. What runs now answers until it is
        healthy; the data on the disk stays as it is.
      </p>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (rollBack.isPending) return
          rollBack.mutate({
            organisationId,
            app,
            environment,
            release: release.number,
            reason: reason.trim() || null,
          })
        }}
      >
        <TextField
          label="Reason, kept with it"
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {rollBack.error ? <ProblemNotice problem={problemOf(rollBack.error)} isUrgent /> : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Stay</Button>
          <Button type="submit" look="go" busy={rollBack.isPending && 'Rolling back'}>
            Roll back to {release.number}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Camera } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { formatKnown } from '../ui/format-money.ts'
import { formatBytes, formatDate } from '../ui/format-time.ts'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, Rows } from '../ui/Panel.tsx'
import { State } from '../ui/State.tsx'
import { Time } from '../ui/Time.tsx'
import { DeleteSnapshot, RestoreDisk } from './ChangeDisk.tsx'
import { type Place, reasonWords, type Snapshot, scheduleOf, snapshotLook } from './disk-words.ts'
import { Restore } from './Restore.tsx'

type Shown = Answers['disks']['list']

/** What of the list is shown before somebody asks for more. */
const shownFirst = 8

/** The disks of what runs here, the snapshots of them and of their likes, and the last restores. */
export function Disks({ app, environment }: Place) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const place = { app, environment }
  const found = useQuery(trpc.disks.list.queryOptions({ organisationId, ...place }))
  if (found.data?.disks.length === 0 && found.data.snapshots.length === 0) return null
  return (
    <Panel title="Disks and snapshots">
      <Loaded query={found} what="the disks">
        {({ disks, snapshots, restores, snapshotsMicroDollars, pricesAsOf }) => (
          <>
            <Attached disks={disks} place={place} />
            {restores[0] ? <Restore restore={restores[0]} /> : null}
            {snapshots.length === 0 ? (
              <p className="p-4 text-13 text-ink-2">
                No snapshots yet. Take one, or let them be taken by themselves:{' '}
                <code>snapshots: {'{ daily: 7 }'}</code> at the disk in slipway.yaml.
              </p>
            ) : (
              <Snapshots snapshots={snapshots} place={place} isRestoring={restores[0]?.state === 'running'} />
            )}
            <p className="border-t px-4 py-2.5 text-12 text-ink-3">
              The snapshots of this environment cost at most {formatKnown(snapshotsMicroDollars)} a month:
              what two of them share, AWS asks once. List prices of {formatDate(pricesAsOf)}, before tax. They
              lie in your account, tagged slipway:snapshot.
            </p>
          </>
        )}
      </Loaded>
    </Panel>
  )
}

function Attached({ disks, place }: { disks: Shown['disks']; place: Place }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const mayNot = useReason('disks.take-snapshot')
  const take = useMutation(
    trpc.disks.takeSnapshot.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries(trpc.disks.pathFilter()),
    }),
  )
  return (
    <>
      <Rows className="border-b">
        {disks.map((disk) => (
          <li
            key={disk.name}
            className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 px-4 py-2.5 text-13"
          >
            <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
              <b className="font-medium">{disk.name}</b>
              <code className="min-w-0 text-12 text-ink-2 [overflow-wrap:anywhere]">{disk.path}</code>
            </span>
            <Button
              size="small"
              reason={mayNot}
              reasonHidden
              busy={take.isPending && take.variables.disk === disk.name ? 'Asking…' : false}
              onClick={() => take.mutate({ organisationId, ...place, disk: disk.name })}
            >
              <Camera aria-hidden="true" className="size-3.5" />
              Snapshot now
            </Button>
            <span className="text-12 text-ink-3">{scheduleOf(disk.snapshots)}</span>
            <span className="text-right text-12 text-ink-2">
              {disk.gigabytes} GB {disk.type}, {formatKnown(disk.microDollars)} a month
            </span>
          </li>
        ))}
      </Rows>
      {take.error ? (
        <div className="p-4">
          <ProblemNotice problem={problemOf(take.error)} isUrgent />
        </div>
      ) : null}
    </>
  )
}

function Snapshots({
  snapshots,
  place,
  isRestoring,
}: {
  snapshots: Snapshot[]
  place: Place
  isRestoring: boolean
}) {
  const [isAll, setAll] = useState(false)
  const [restoring, setRestoring] = useState<Snapshot | null>(null)
  const [deleting, setDeleting] = useState<Snapshot | null>(null)
  const mayNotRestore = useReason('disks.restore')
  const mayNotDelete = useReason('disks.delete-snapshot')
  const busy = isRestoring ? 'A disk is being restored.' : undefined
  const shown = isAll ? snapshots : snapshots.slice(0, shownFirst)
  return (
    <>
      <Rows>
        {shown.map((snapshot) => {
          const look = snapshotLook(snapshot)
          const isHere = snapshot.environment === place.environment
          const notComplete = snapshot.state === 'completed' ? undefined : 'It is not complete.'
          return (
            <li
              key={snapshot.id}
              className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 px-4 py-2 text-13"
            >
              <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
                <b className="font-medium">{snapshot.disk}</b>
                <Time at={snapshot.askedAt} />
                <span className="text-12 text-ink-3">
                  {reasonWords[snapshot.reason]}
                  {snapshot.by ? `, ${snapshot.by}` : ''}
                  {isHere ? '' : `, of ${snapshot.environment}`}
                </span>
              </span>
              <span className="justify-self-end">
                <State kind={look.kind}>{look.word}</State>
              </span>
              <span className="min-w-0 text-12 text-ink-3 [overflow-wrap:anywhere]">
                {snapshot.awsId ? <code>{snapshot.awsId}</code> : null}
                {snapshot.sizeBytes !== null ? ` ${formatBytes(snapshot.sizeBytes)}` : ''}
                {snapshot.gigabytes !== null ? ` of ${snapshot.gigabytes} GB` : ''}
                {snapshot.state === 'completed'
                  ? `, at most ${formatKnown(snapshot.microDollars)} a month`
                  : ''}
                {snapshot.error ? snapshot.error.what : ''}
              </span>
              <span className="flex justify-end gap-1.5">
                <Button
                  size="small"
                  reason={notComplete ?? busy ?? mayNotRestore}
                  reasonHidden
                  onClick={() => setRestoring(snapshot)}
                >
                  Restore…
                </Button>
                {isHere ? (
                  <Button
                    size="small"
                    look="plain"
                    reason={busy ?? mayNotDelete}
                    reasonHidden
                    onClick={() => setDeleting(snapshot)}
                  >
                    Delete…
                  </Button>
                ) : null}
              </span>
            </li>
          )
        })}
      </Rows>
      {snapshots.length > shownFirst ? (
        <div className="border-t px-4 py-2">
          <Button size="small" look="plain" onClick={() => setAll(!isAll)}>
            {isAll ? 'Fewer' : `All ${snapshots.length}`}
          </Button>
        </div>
      ) : null}
      {restoring ? (
        <RestoreDisk snapshot={restoring} place={place} onClose={() => setRestoring(null)} />
      ) : null}
      {deleting ? (
        <DeleteSnapshot snapshot={deleting} place={place} onClose={() => setDeleting(null)} />
      ) : null}
    </>
  )
}

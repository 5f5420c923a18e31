'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { problemOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { DangerDialog } from '../ui/Dialog.tsx'
import { Time } from '../ui/Time.tsx'
import type { Place, Snapshot } from './disk-words.ts'

type Asked = { snapshot: Snapshot; place: Place; onClose: () => void }

/** Asks before a disk is exchanged: the services stop, and what was written since is in a snapshot of its own. */
export function RestoreDisk({ snapshot, place, onClose }: Asked) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const restore = useMutation(
    trpc.disks.restore.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.disks.pathFilter())
        onClose()
      },
    }),
  )
  const { disk } = snapshot
  return (
    <DangerDialog
      isOpen
      onClose={onClose}
      title={`Restore ${disk} of ${place.environment}`}
      name={disk}
      action={`Restore ${disk}`}
      busy={restore.isPending ? 'Asking…' : false}
      problem={restore.error ? problemOf(restore.error) : null}
      onConfirm={() => restore.mutate({ organisationId, ...place, snapshotId: snapshot.id, confirm: disk })}
    >
      <p>
        The disk becomes what it was <Time at={snapshot.askedAt} />
        {snapshot.environment === place.environment ? '' : ` in ${snapshot.environment}`}. What was written
        since is not on it any more; it is kept as a snapshot, which is taken first.
      </p>
      <p>
        The services of {place.environment} are stopped with their host, and started again with the new disk:
        a minute or two. Where they are not healthy within five minutes, the disk that is there now is put
        back by itself. Deployments wait meanwhile.
      </p>
    </DangerDialog>
  )
}

/** Asks before a snapshot is deleted: nothing brings it back. */
export function DeleteSnapshot({ snapshot, place, onClose }: Asked) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const remove = useMutation(
    trpc.disks.deleteSnapshot.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.disks.pathFilter())
        onClose()
      },
    }),
  )
  return (
    <DangerDialog
      isOpen
      onClose={onClose}
      title={`Delete a snapshot of ${snapshot.disk}`}
      name={snapshot.disk}
      action="Delete the snapshot"
      busy={remove.isPending ? 'Asking…' : false}
      problem={remove.error ? problemOf(remove.error) : null}
      onConfirm={() => remove.mutate({ organisationId, ...place, snapshotId: snapshot.id })}
    >
      <p>
        The snapshot of <Time at={snapshot.askedAt} /> is deleted from your account, and what only it holds is
        gone for good. The disk and the other snapshots stay as they are.
      </p>
    </DangerDialog>
  )
}

'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { problemOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { DangerDialog } from '../ui/Dialog.tsx'
import type { Member } from './member-words.ts'

/** Asks before somebody is removed, or leaves. */
export function EndMembership({
  member,
  isOwn,
  onClose,
}: {
  member: Member
  isOwn: boolean
  onClose: () => void
}) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const { id: organisationId, name, slug } = useOrganisation()
  const remove = useMutation(
    trpc.members.remove.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.members.list.queryFilter())
        onClose()
      },
    }),
  )
  const leave = useMutation(
    trpc.organisations.leave.mutationOptions({
      onSuccess: () => {
        queryClient.removeQueries(trpc.organisations.pathFilter())
        router.replace(paths.home())
      },
    }),
  )
  const error = remove.error ?? leave.error
  const end = () => {
    if (isOwn) leave.mutate({ organisationId })
    else remove.mutate({ organisationId, userId: member.userId })
  }
  return (
    <DangerDialog
      isOpen
      onClose={onClose}
      title={isOwn ? `Leave ${name}` : `Remove ${member.name} from ${name}`}
      name={isOwn ? slug : member.email}
      action={isOwn ? 'Leave' : `Remove ${member.name}`}
      busy={remove.isPending ? 'Removing' : leave.isPending ? 'Leaving' : false}
      problem={error ? problemOf(error) : null}
      onConfirm={end}
    >
      <p>
        <b className="text-ink">Lost at once:</b> the way into {name}, open pages of it, and every token made
        in it{isOwn ? '' : ` by ${member.name}`}. Coming back takes a new invitation and new tokens.
      </p>
      <p>
        <b className="text-ink">Stays:</b> apps, releases and the audit log, with the name of whoever did
        what.
      </p>
    </DangerDialog>
  )
}

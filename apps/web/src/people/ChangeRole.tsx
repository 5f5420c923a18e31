'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { problemOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { aRole, type Member, type Role, roleWords } from './member-words.ts'

/** Says what another role means before it is given: a list of roles is changed by a key that slips. */
export function ChangeRole({ member, role, onClose }: { member: Member; role: Role; onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const change = useMutation(
    trpc.members.changeRole.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.members.list.queryFilter())
        onClose()
      },
    }),
  )
  return (
    <Dialog isOpen onClose={onClose} title={`Make ${member.name} ${aRole(role)}?`}>
      <p>
        {roleWords[role]} Until now: {aRole(member.role)}.
      </p>
      {change.error ? <ProblemNotice problem={problemOf(change.error)} isUrgent /> : null}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Keep {member.role}</Button>
        <Button
          look="go"
          busy={change.isPending && 'Changing'}
          onClick={() => change.mutate({ organisationId, userId: member.userId, role })}
        >
          Make {aRole(role)}
        </Button>
      </div>
    </Dialog>
  )
}

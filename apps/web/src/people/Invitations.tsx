'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { problemOf } from '../api/problem.ts'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { Empty } from '../ui/Empty.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody, Rows } from '../ui/Panel.tsx'
import { State } from '../ui/State.tsx'
import { Time } from '../ui/Time.tsx'

/** Those who were asked and have not come yet. */
export function Invitations() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const invitations = useQuery(trpc.invitations.list.queryOptions({ organisationId }))
  return (
    <Panel title="Invited" sub="An invitation holds once, for seven days, for its address alone">
      <Loaded query={invitations} what="the invitations" rows={1}>
        {(list) =>
          list.length === 0 ? (
            <PanelBody>
              <Empty title="Nobody is invited">
                Write an address, and its owner gets a mail with a link.
              </Empty>
            </PanelBody>
          ) : (
            <Rows>
              {list.map((invitation) => (
                <Row key={invitation.id} invitation={invitation} />
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Panel>
  )
}

function Row({ invitation }: { invitation: Answers['invitations']['list'][number] }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const reason = useReason('members.invite') ?? invitation.whyNot ?? undefined
  const changed = { onSettled: () => queryClient.invalidateQueries(trpc.invitations.list.queryFilter()) }
  const resend = useMutation(trpc.invitations.resend.mutationOptions(changed))
  const withdraw = useMutation(trpc.invitations.withdraw.mutationOptions(changed))
  const error = resend.error ?? withdraw.error
  const one = { organisationId, invitationId: invitation.id }
  return (
    <li className="grid gap-2 px-4 py-2.5 text-13">
      {error ? <ProblemNotice problem={problemOf(error)} isUrgent /> : null}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <span className="min-w-[min(220px,100%)] flex-1">
          <b className="block font-medium [overflow-wrap:anywhere]">{invitation.email}</b>
          <span className="text-12 text-ink-3">
            as {invitation.role}, by {invitation.inviter}, sent <Time at={invitation.sentAt} />
          </span>
        </span>
        {invitation.isExpired ? (
          <State kind="held">Too old</State>
        ) : (
          <State kind="waiting">
            Ends <Time at={invitation.expiresAt} />
          </State>
        )}
        <span className="flex gap-2">
          <Button
            size="small"
            aria-label={`Send again to ${invitation.email}`}
            reason={reason}
            reasonHidden
            busy={resend.isPending && 'Sending'}
            onClick={() => resend.mutate(one)}
          >
            Send again
          </Button>
          <Button
            size="small"
            look="danger"
            aria-label={`Withdraw the invitation to ${invitation.email}`}
            reason={reason}
            reasonHidden
            busy={withdraw.isPending && 'Withdrawing'}
            onClick={() => withdraw.mutate(one)}
          >
            Withdraw
          </Button>
        </span>
        {resend.isSuccess ? (
          <span role="status">
            <State kind="good">Sent again</State>
          </span>
        ) : null}
      </div>
    </li>
  )
}

'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams, useRouter } from 'next/navigation'
import { problemOf } from '../api/problem.ts'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { AuthPage } from '../auth/AuthPage.tsx'
import { useSession, useSignOut } from '../auth/session.ts'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { Notice, ProblemNotice } from '../ui/Notice.tsx'
import { State } from '../ui/State.tsx'
import { roleWords } from './member-words.ts'

type Shown = Answers['invitations']['look']

/** Where the link in an invitation's mail leads: who invites, to what, and the one step that is next. */
export function Invitation() {
  const trpc = useTRPC()
  const token = decodeURIComponent(useParams<{ token: string }>().token)
  const invitation = useQuery(trpc.invitations.look.queryOptions({ token }))
  if (invitation.error) {
    return (
      <AuthPage title="Invitation">
        <ProblemNotice problem={problemOf(invitation.error)} isUrgent />
        <div className="flex gap-2">
          <Button onClick={() => invitation.refetch()}>Try again</Button>
          <ButtonLink href={paths.home()}>To your own organisations</ButtonLink>
        </div>
      </AuthPage>
    )
  }
  if (!invitation.data) {
    return (
      <AuthPage title="Invitation">
        <State kind="running">Reading the invitation</State>
      </AuthPage>
    )
  }
  const { state, organisation, inviter, email, role } = invitation.data
  if (state !== 'open') return <Ended state={state} organisation={organisation.name} />
  return (
    <AuthPage
      title={`Join ${organisation.name}`}
      lead={
        <>
          {inviter || 'A member'} invites <b className="text-ink [overflow-wrap:anywhere]">{email}</b> as{' '}
          {role}. {roleWords[role]}
        </>
      }
    >
      <NextStep token={token} invitation={invitation.data} />
    </AuthPage>
  )
}

const endings = {
  accepted: { title: 'The invitation was accepted', words: 'It holds once, and was used.' },
  withdrawn: { title: 'The invitation was withdrawn', words: 'Whoever sent it took it back.' },
  expired: { title: 'The invitation is too old', words: 'It held for seven days.' },
} as const

function Ended({ state, organisation }: { state: keyof typeof endings; organisation: string }) {
  const { title, words } = endings[state]
  return (
    <AuthPage title={title} lead={words}>
      <p className="text-13 text-ink-2">
        {state === 'accepted'
          ? `If it was you, ${organisation} is among your organisations.`
          : `Ask a member of ${organisation} for another.`}
      </p>
      <div>
        <ButtonLink href={paths.home()}>To your own organisations</ButtonLink>
      </div>
    </AuthPage>
  )
}

/** Sign up or in with the address, come back with it, or join. */
function NextStep({ token, invitation }: { token: string; invitation: Shown }) {
  const session = useSession()
  const here = paths.invitation(token)
  const { email } = invitation
  const signOut = useSignOut(here, email)
  if (session.isPending) return <State kind="running">Looking who is signed in</State>
  if (!session.data) {
    return (
      <div className="flex flex-wrap gap-2">
        <ButtonLink href={paths.signUp({ next: here, email })} look="go" size="large">
          Sign up
        </ButtonLink>
        <ButtonLink href={paths.signIn(here, email)} size="large">
          Sign in
        </ButtonLink>
      </div>
    )
  }
  if (session.data.user.email.toLowerCase() !== email) {
    return (
      <Notice
        tone="warn"
        title={`This invitation is for ${email}, and you are signed in as ${session.data.user.email}.`}
        action={<Button onClick={signOut}>Sign out and come back</Button>}
      >
        It is bound to the address that it was sent to.
      </Notice>
    )
  }
  return <Join token={token} organisation={invitation.organisation.name} />
}

function Join({ token, organisation }: { token: string; organisation: string }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const accept = useMutation(
    trpc.invitations.accept.mutationOptions({
      onSuccess: async ({ slug }) => {
        await queryClient.invalidateQueries(trpc.organisations.mine.queryFilter())
        router.replace(paths.organisation(slug))
      },
    }),
  )
  return (
    <>
      {accept.error ? <ProblemNotice problem={problemOf(accept.error)} isUrgent /> : null}
      <div>
        <Button
          look="go"
          size="large"
          busy={(accept.isPending || accept.isSuccess) && 'Joining'}
          onClick={() => accept.mutate({ token })}
        >
          Join {organisation}
        </Button>
      </div>
    </>
  )
}

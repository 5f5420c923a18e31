'use client'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { nextPath, paths, wanted } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { Notice, ProblemNotice } from '../ui/Notice.tsx'
import { State } from '../ui/State.tsx'
import { AuthPage } from './AuthPage.tsx'
import { linkProblem } from './request.ts'
import { useSession } from './session.ts'
import { useAuthForm } from './use-auth-form.ts'

/** After signing up: the mail is on its way. */
export function Verify() {
  const asked = useSearchParams()
  const email = asked.get('email') ?? ''
  const next = wanted(nextPath(asked.get('next')))
  const [isSentAgain, setSentAgain] = useState(false)
  const form = useAuthForm(() => setSentAgain(true))
  return (
    <AuthPage
      title="Verify your address"
      lead={
        <>
          We sent a mail to <b className="text-ink [overflow-wrap:anywhere]">{email || 'your address'}</b>.
          Open the link in it, in this browser; it holds for one hour.
        </>
      }
      below={
        <>
          Wrong address?{' '}
          <Link href={paths.signUp({ next })} className="link">
            Sign up with another
          </Link>
        </>
      }
    >
      {form.problem ? <ProblemNotice problem={form.problem} isUrgent /> : null}
      <State kind="waiting">Waiting for the link in the mail</State>
      {email ? (
        <div className="flex flex-wrap items-center gap-3">
          <Button
            busy={form.isSending && 'Sending'}
            onClick={() =>
              form.send('/send-verification-email', { email, callbackURL: paths.verified(next) })
            }
          >
            Send it again
          </Button>
          {isSentAgain ? (
            <span role="status">
              <State kind="good">Sent again</State>
            </span>
          ) : null}
        </div>
      ) : null}
    </AuthPage>
  )
}

/** Where the link in the mail ends. Signed in by it, the person goes on by itself. */
export function Verified() {
  const router = useRouter()
  const asked = useSearchParams()
  const error = asked.get('error')
  const next = nextPath(asked.get('next'))
  const session = useSession()
  const isSignedIn = Boolean(session.data)
  useEffect(() => {
    if (isSignedIn && !error) router.replace(next)
  }, [isSignedIn, error, next, router])

  if (error) {
    return (
      <AuthPage title="The link does not hold">
        <ProblemNotice problem={linkProblem(error)} />
        <div className="flex gap-2">
          <ButtonLink href={paths.signIn(wanted(next))} look="go">
            Sign in for a new mail
          </ButtonLink>
        </div>
      </AuthPage>
    )
  }
  if (session.isPending || isSignedIn) {
    return (
      <AuthPage title="Address verified">
        <State kind="running">Signing you in</State>
      </AuthPage>
    )
  }
  return (
    <AuthPage title="Address verified">
      <Notice tone="info" title="Not signed in here.">
        The link was opened in another browser than the one that signed up, so the password chosen there was
        dropped. A mail with a link to choose one is on its way.
      </Notice>
      <div>
        <ButtonLink href={paths.signIn(wanted(next))}>Sign in</ButtonLink>
      </div>
    </AuthPage>
  )
}

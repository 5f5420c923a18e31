'use client'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { TextField } from '../ui/Field.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { State } from '../ui/State.tsx'
import { AuthPage } from './AuthPage.tsx'
import { linkProblem } from './request.ts'
import { useAuthForm } from './use-auth-form.ts'

/** Asks for a mail that lets its reader choose a new password. The answer is the same for every address. */
export function Forgot() {
  const [email, setEmail] = useState('')
  const [isSent, setSent] = useState(false)
  const form = useAuthForm(() => setSent(true))
  const below = (
    <Link href={paths.signIn()} className="link">
      Back to sign in
    </Link>
  )
  if (isSent) {
    return (
      <AuthPage title="Look into your mail" below={below}>
        <p role="status" className="text-ink-2">
          If <b className="text-ink">{email}</b> has an account, a mail with a link is on its way. It holds
          for one hour.
        </p>
      </AuthPage>
    )
  }
  return (
    <AuthPage title="A new password" lead="We send a link to your address." below={below}>
      {form.problem ? <ProblemNotice problem={form.problem} isUrgent /> : null}
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          form.send('/request-password-reset', { email, redirectTo: paths.reset() })
        }}
      >
        <TextField
          label="E-mail"
          size="large"
          type="email"
          autoComplete="email"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <Button type="submit" look="go" size="large" busy={form.isSending && 'Sending'}>
          Send the link
        </Button>
      </form>
    </AuthPage>
  )
}

/** Where the mailed link ends: choose a password. All sessions end with it. */
export function Reset() {
  const router = useRouter()
  const search = useSearchParams()
  const token = search.get('token')
  const error = search.get('error')
  const [password, setPassword] = useState('')
  const [isDone, setDone] = useState(false)
  const form = useAuthForm(() => setDone(true))

  if (error || !token) {
    return (
      <AuthPage title="The link does not hold">
        <ProblemNotice problem={linkProblem(error ?? 'INVALID_TOKEN')} />
        <div>
          <ButtonLink href={paths.forgot()} look="go">
            Ask for a new one
          </ButtonLink>
        </div>
      </AuthPage>
    )
  }
  if (isDone) {
    return (
      <AuthPage title="Password changed" lead="All sessions have ended, here and elsewhere.">
        <State kind="good">Your new password holds</State>
        <Button look="go" size="large" onClick={() => router.push(paths.signIn())}>
          Sign in
        </Button>
      </AuthPage>
    )
  }
  return (
    <AuthPage title="Choose a password" lead="All sessions end when it is changed.">
      {form.problem ? <ProblemNotice problem={form.problem} isUrgent /> : null}
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          form.send('/reset-password', { token, newPassword: password })
        }}
      >
        <TextField
          label="New password"
          size="large"
          type="password"
          autoComplete="new-password"
          hint="At least 10 characters"
          required
          minLength={10}
          maxLength={128}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" look="go" size="large" busy={form.isSending && 'Changing'}>
          Change the password
        </Button>
      </form>
    </AuthPage>
  )
}

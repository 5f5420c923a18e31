'use client'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { nextPath, paths, wanted } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { TextField } from '../ui/Field.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { AuthPage } from './AuthPage.tsx'
import { useSessionChanged } from './session.ts'
import { useAuthForm } from './use-auth-form.ts'

export function SignIn() {
  const router = useRouter()
  const asked = useSearchParams()
  const next = nextPath(asked.get('next'))
  const changed = useSessionChanged()
  const [email, setEmail] = useState(asked.get('email') ?? '')
  const [password, setPassword] = useState('')
  const form = useAuthForm(() => {
    changed()
    router.push(next)
  })
  return (
    <AuthPage
      title="Sign in"
      below={
        <div className="flex flex-wrap justify-between gap-2">
          <span>
            New here?{' '}
            <Link href={paths.signUp({ next: wanted(next), email })} className="link">
              Sign up
            </Link>
          </span>
          <Link href={paths.forgot()} className="link">
            Forgot the password?
          </Link>
        </div>
      }
    >
      {form.problem ? <ProblemNotice problem={form.problem} isUrgent /> : null}
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          form.send('/sign-in/email', { email, password, callbackURL: paths.verified(wanted(next)) })
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
        <TextField
          label="Password"
          size="large"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" look="go" size="large" busy={form.isSending && 'Signing in'}>
          Sign in
        </Button>
      </form>
    </AuthPage>
  )
}

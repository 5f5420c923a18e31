'use client'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { useState } from 'react'
import { nextPath, paths, wanted } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { TextField } from '../ui/Field.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { AuthPage } from './AuthPage.tsx'
import { useAuthForm } from './use-auth-form.ts'

export function SignUp() {
  const router = useRouter()
  const asked = useSearchParams()
  const next = wanted(nextPath(asked.get('next')))
  const [name, setName] = useState('')
  const [email, setEmail] = useState(asked.get('email') ?? '')
  const [password, setPassword] = useState('')
  const form = useAuthForm(() => router.push(paths.verify({ next, email })))
  return (
    <AuthPage
      title="Sign up"
      lead="No card is asked for, and nothing costs anything yet."
      below={
        <>
          Have an account?{' '}
          <Link href={paths.signIn(next, email)} className="link">
            Sign in
          </Link>
        </>
      }
    >
      {form.problem ? <ProblemNotice problem={form.problem} isUrgent /> : null}
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          form.send('/sign-up/email', {
            name: name.trim(),
            email,
            password,
            callbackURL: paths.verified(next),
          })
        }}
      >
        <TextField
          label="Your name"
          size="large"
          autoComplete="name"
          required
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
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
          autoComplete="new-password"
          hint="At least 10 characters"
          required
          minLength={10}
          maxLength={128}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" look="go" size="large" busy={form.isSending && 'Signing up'}>
          Sign up
        </Button>
      </form>
    </AuthPage>
  )
}

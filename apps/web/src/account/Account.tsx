'use client'
import { useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { type Session, useSession, useSignOut } from '../auth/session.ts'
import { useAuthForm } from '../auth/use-auth-form.ts'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { ClockProvider } from '../ui/clock.tsx'
import { LoadingRows } from '../ui/Empty.tsx'
import { TextField } from '../ui/Field.tsx'
import { Mark } from '../ui/Mark.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { PageTitle, SkipLink } from '../ui/Shell.tsx'
import { State } from '../ui/State.tsx'
import { ThemeButton } from '../ui/ThemeButton.tsx'
import { Address } from './Address.tsx'
import { DeleteAccount } from './DeleteAccount.tsx'
import { Sessions } from './Sessions.tsx'

/** The person's own: name, address, password, where they are signed in, and the end of all of it. */
export function Account() {
  const router = useRouter()
  const session = useSession()
  const signOut = useSignOut()
  const isSignedOut = session.data === null
  useEffect(() => {
    if (isSignedOut) router.replace(paths.signIn(paths.account()))
  }, [isSignedOut, router])
  return (
    <ClockProvider offsetMilliseconds={0}>
      <SkipLink />
      <header className="sticky top-0 z-40 flex h-12 items-center gap-2 border-b bg-ground pr-4 pl-page">
        <Link href={paths.home()} aria-label="Slipway, home" className="mr-2 text-accent-ink">
          <Mark />
        </Link>
        <Link
          href={paths.home()}
          className="rounded-6 px-2 py-1.5 text-13 text-ink-2 hover:bg-hover hover:text-ink"
        >
          Back to the apps
        </Link>
        <span className="ml-auto">
          <ThemeButton />
        </span>
      </header>
      <main id="main" tabIndex={-1} className="mx-auto max-w-[880px] px-page pt-6 pb-16 outline-none">
        <PageTitle
          title="Your account"
          sub={session.data?.user.email}
          actions={<Button onClick={signOut}>Sign out</Button>}
        />
        {session.data ? (
          <div className="grid gap-4">
            <Profile session={session.data} />
            <Address session={session.data} />
            <Password />
            <Sessions current={session.data.session.token} />
            <DeleteAccount email={session.data.user.email} />
          </div>
        ) : (
          <Panel>
            <LoadingRows what="your account" />
          </Panel>
        )}
      </main>
    </ClockProvider>
  )
}

function Profile({ session }: { session: Session }) {
  const queryClient = useQueryClient()
  const [name, setName] = useState(session.user.name)
  const [isDone, setDone] = useState(false)
  const form = useAuthForm(() => {
    setDone(true)
    queryClient.invalidateQueries({ queryKey: ['auth'] })
  })
  return (
    <Panel title="Profile">
      <PanelBody className="grid gap-3">
        {form.problem ? <ProblemNotice problem={form.problem} isUrgent /> : null}
        <form
          className="flex flex-wrap items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            setDone(false)
            form.send('/update-user', { name: name.trim() })
          }}
        >
          <TextField
            label="Name"
            className="w-full max-w-[320px]"
            required
            maxLength={80}
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Button type="submit" busy={form.isSending && 'Saving'}>
            Save
          </Button>
          {isDone ? (
            <span role="status" className="self-center">
              <State kind="good">Saved</State>
            </span>
          ) : null}
        </form>
      </PanelBody>
    </Panel>
  )
}

function Password() {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [isDone, setDone] = useState(false)
  const form = useAuthForm(() => {
    setDone(true)
    setCurrent('')
    setNext('')
  })
  return (
    <Panel title="Password" sub="All other sessions end when it is changed">
      <PanelBody className="grid gap-3">
        {form.problem ? <ProblemNotice problem={form.problem} isUrgent /> : null}
        <form
          className="flex flex-wrap items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            setDone(false)
            form.send('/change-password', {
              currentPassword: current,
              newPassword: next,
              revokeOtherSessions: true,
            })
          }}
        >
          <TextField
            label="Current password"
            type="password"
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
          <TextField
            label="New password, at least 10 characters"
            type="password"
            autoComplete="new-password"
            required
            minLength={10}
            maxLength={128}
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
          <Button type="submit" busy={form.isSending && 'Changing'}>
            Change
          </Button>
          {isDone ? (
            <span role="status" className="self-center">
              <State kind="good">Changed</State>
            </span>
          ) : null}
        </form>
      </PanelBody>
    </Panel>
  )
}

'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { z } from 'zod'
import { authRequest } from '../auth/request.ts'
import { type Session, useSession, useSignOut } from '../auth/session.ts'
import { useAuthForm } from '../auth/use-auth-form.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { ClockProvider } from '../ui/clock.tsx'
import { LoadingRows } from '../ui/Empty.tsx'
import { TextField } from '../ui/Field.tsx'
import { Mark } from '../ui/Mark.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody, Rows } from '../ui/Panel.tsx'
import { PageTitle, SkipLink } from '../ui/Shell.tsx'
import { State } from '../ui/State.tsx'
import { ThemeButton } from '../ui/ThemeButton.tsx'
import { Time } from '../ui/Time.tsx'

/** The person's own: name, password, where they are signed in. */
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
            <Password />
            <Sessions current={session.data.session.token} />
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

const sessionsShape = z.array(
  z.object({
    id: z.string(),
    token: z.string(),
    createdAt: z.string(),
    userAgent: z.string().nullish(),
    ipAddress: z.string().nullish(),
  }),
)

function Sessions({ current }: { current: string }) {
  const queryClient = useQueryClient()
  const sessions = useQuery({
    queryKey: ['auth', 'sessions'],
    queryFn: async () => {
      const answer = await authRequest('/list-sessions')
      if (!answer.ok) throw new Error(answer.problem.what)
      return sessionsShape.parse(answer.body)
    },
  })
  const end = useMutation({
    mutationFn: (token: string) => authRequest('/revoke-session', { token }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['auth', 'sessions'] }),
  })
  return (
    <Panel title="Sessions" sub="Where you are signed in">
      <Loaded query={sessions} what="your sessions">
        {(list) => (
          <Rows>
            {list.map((one) => (
              <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-13">
                <span className="min-w-0 flex-1">
                  <span className="block truncate" title={one.userAgent ?? undefined}>
                    {browserOf(one.userAgent)}
                  </span>
                  <span className="text-12 text-ink-3">
                    {one.ipAddress ? `${one.ipAddress}, ` : ''}signed in <Time at={one.createdAt} />
                  </span>
                </span>
                {one.token === current ? (
                  <State kind="good">This one</State>
                ) : (
                  <Button
                    size="small"
                    busy={end.isPending && end.variables === one.token && 'Ending'}
                    onClick={() => end.mutate(one.token)}
                  >
                    End it
                  </Button>
                )}
              </li>
            ))}
          </Rows>
        )}
      </Loaded>
    </Panel>
  )
}

/** "Firefox on Linux" of what a browser says of itself; only for telling sessions apart. */
function browserOf(userAgent: string | null | undefined): string {
  if (!userAgent) return 'A browser that does not say what it is'
  const browser = [/Firefox/, /Edg/, /Chrome/, /Safari/].find((pattern) => pattern.test(userAgent))
  const names: Record<string, string> = {
    Firefox: 'Firefox',
    Edg: 'Edge',
    Chrome: 'Chrome',
    Safari: 'Safari',
  }
  const system = ['Windows', 'Android', 'iPhone', 'Mac OS', 'Linux'].find((name) => userAgent.includes(name))
  return `${names[browser?.source ?? ''] ?? 'A browser'}${system ? ` on ${system}` : ''}`
}

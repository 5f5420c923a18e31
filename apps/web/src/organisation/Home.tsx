'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { problemOf, refusalOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { AuthPage } from '../auth/AuthPage.tsx'
import { useSession } from '../auth/session.ts'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { TextField } from '../ui/Field.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { State } from '../ui/State.tsx'

/** Where a person lands after signing in: their organisation, or the making of the first one. */
export function Home() {
  const trpc = useTRPC()
  const router = useRouter()
  const mine = useQuery(trpc.organisations.mine.queryOptions())
  const session = useSession()
  const isSignedOut = refusalOf(mine.error) === 'UNAUTHORIZED'
  const first = mine.data?.[0]
  useEffect(() => {
    if (isSignedOut) router.replace(paths.signIn())
    else if (first) router.replace(paths.organisation(first.slug))
  }, [isSignedOut, first, router])

  if (mine.error && !isSignedOut) {
    return (
      <AuthPage title="Slipway">
        <ProblemNotice problem={problemOf(mine.error)} isUrgent />
        <Button onClick={() => mine.refetch()}>Try again</Button>
      </AuthPage>
    )
  }
  // The name proposed below stands in the field from the start: one that came later would mix with what is typed.
  if (!mine.data || first || session.isPending) {
    return (
      <AuthPage title="Welcome back">
        <State kind="running">Finding your organisation</State>
      </AuthPage>
    )
  }
  return <FirstOrganisation proposedName={session.data?.user.name ?? ''} />
}

function FirstOrganisation({ proposedName }: { proposedName: string }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const [name, setName] = useState(proposedName)
  const create = useMutation(
    trpc.organisations.create.mutationOptions({
      onSuccess: async (organisation) => {
        await queryClient.invalidateQueries(trpc.organisations.mine.queryFilter())
        router.replace(paths.organisation(organisation.slug))
      },
    }),
  )
  return (
    <AuthPage
      title="Name your organisation"
      lead="Apps, cloud accounts and the bill belong to it. No card is asked for."
    >
      {create.error ? <ProblemNotice problem={problemOf(create.error)} isUrgent /> : null}
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!create.isPending) create.mutate({ name: name.trim() })
        }}
      >
        <TextField
          label="Name"
          size="large"
          required
          maxLength={80}
          autoComplete="organization"
          hint="A company, a team, or just yourself"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" look="go" size="large" busy={create.isPending && 'Creating'}>
          Create it
        </Button>
      </form>
    </AuthPage>
  )
}

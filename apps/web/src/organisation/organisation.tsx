'use client'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { createContext, type ReactNode, useContext, useEffect } from 'react'
import { LiveProvider } from '../api/live.tsx'
import { problemOf, refusalOf } from '../api/problem.ts'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { LoadingRows } from '../ui/Empty.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'

export type Organisation = Answers['organisations']['mine'][number]
type Action = Organisation['actions'][number]

const OrganisationContext = createContext<Organisation | null>(null)

/** Finds the organisation of the address among the person's own; all below may ask `useOrganisation`. */
export function OrganisationProvider({ slug, children }: { slug: string; children: ReactNode }) {
  const trpc = useTRPC()
  const router = useRouter()
  const mine = useQuery(trpc.organisations.mine.queryOptions())
  const isSignedOut = refusalOf(mine.error) === 'UNAUTHORIZED'
  useEffect(() => {
    if (isSignedOut) router.replace(paths.signIn(window.location.pathname + window.location.search))
  }, [isSignedOut, router])

  if (mine.isPending || isSignedOut) return <Waiting what="your organisation" />
  if (mine.error) {
    return (
      <Centered>
        <ProblemNotice
          problem={problemOf(mine.error)}
          action={<Button onClick={() => mine.refetch()}>Try again</Button>}
          isUrgent
        />
      </Centered>
    )
  }
  const organisation = mine.data.find((one) => one.slug === slug)
  if (!organisation) {
    return (
      <Centered>
        <ProblemNotice
          problem={{
            what: `There is no organisation ${slug} that you belong to.`,
            why: 'It does not exist, was renamed, or you are not, or no longer, a member.',
            todo: 'Ask a member of it to invite you, or go to your own.',
          }}
          action={<ButtonLink href={paths.home()}>To your own</ButtonLink>}
        />
      </Centered>
    )
  }
  return (
    <OrganisationContext value={organisation}>
      <LiveProvider organisationId={organisation.id}>{children}</LiveProvider>
    </OrganisationContext>
  )
}

export function useOrganisation(): Organisation {
  const organisation = useContext(OrganisationContext)
  if (!organisation) throw new Error('useOrganisation is for pages of an organisation')
  return organisation
}

/**
 * Why the person may not do this, or undefined when they may: the same table by which the api refuses, so that
 * a button and its refusal never disagree.
 */
export function useReason(action: Action): string | undefined {
  const { role, actions } = useOrganisation()
  return actions.includes(action)
    ? undefined
    : `As ${role} you may not do this. Ask an owner of the organisation.`
}

function Waiting({ what }: { what: string }) {
  return (
    <main className="px-page pt-24">
      <h1 className="sr-only">Slipway</h1>
      <LoadingRows what={what} />
    </main>
  )
}

function Centered({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto max-w-[720px] px-page pt-24">
      <h1 className="sr-only">Slipway</h1>
      {children}
    </main>
  )
}

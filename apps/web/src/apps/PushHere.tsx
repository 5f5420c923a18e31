'use client'
import { useMutation } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { problemOf } from '../api/problem.ts'
import { useTRPC } from '../api/trpc.ts'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { MadeToken } from '../people/Tokens.tsx'
import { Button } from '../ui/Button.tsx'
import { CommandBlock } from '../ui/Command.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { State } from '../ui/State.tsx'
import { useRemote } from './remote.ts'

const tokenDays = 90

/** How to push the first revision: the remote, the one command, and a token for the question that git asks. */
export function PushHere({
  app,
  branch,
  isWaiting = true,
}: {
  app: string
  branch: string
  isWaiting?: boolean
}) {
  const trpc = useTRPC()
  const { id: organisationId, slug } = useOrganisation()
  const remote = useRemote(slug, app)
  const reason = useReason('tokens.create')
  const create = useMutation(trpc.tokens.create.mutationOptions())
  return (
    <div className="grid gap-3">
      <CommandBlock
        commands={[
          `git remote add slipway ${remote}`,
          `git push slipway ${branch === 'main' ? 'main' : `HEAD:${branch}`}`,
        ]}
      />
      <p className="text-13 text-ink-2">
        Git asks for a name and a password once: any name, and a token as the password.
      </p>
      {create.error ? <ProblemNotice problem={problemOf(create.error)} isUrgent /> : null}
      {create.data ? (
        <MadeToken token={create.data.token} />
      ) : (
        <div>
          <Button
            reason={reason}
            busy={create.isPending && 'Making a token'}
            onClick={() =>
              create.mutate({ organisationId, name: `git push to ${app}`, scopes: ['git'], days: tokenDays })
            }
          >
            <KeyRound aria-hidden="true" className="size-3.5" />
            Make a token for git
          </Button>
        </div>
      )}
      {isWaiting ? (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <State kind="running">Waiting for the first push to {app}</State>
          <span className="text-12 text-ink-2">
            It appears here by itself. A refused push says why in your terminal.
          </span>
        </div>
      ) : null}
    </div>
  )
}

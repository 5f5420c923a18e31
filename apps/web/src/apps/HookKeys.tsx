'use client'
import { useMutation } from '@tanstack/react-query'
import { problemOf } from '../api/problem.ts'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { Button } from '../ui/Button.tsx'
import { CopyValue } from '../ui/Command.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { Time } from '../ui/Time.tsx'

/** The keys that sign what the pipeline's hooks send: shown when they are asked for, replaced without a gap. */
export function HookKeys({ app }: { app: string }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const showReason = useReason('hook-keys.show')
  const replaceReason = useReason('hook-keys.replace')
  const show = useMutation(trpc.pipeline.showHookKeys.mutationOptions())
  const replace = useMutation(
    trpc.pipeline.replaceHookKey.mutationOptions({
      onSuccess: () => show.mutate({ organisationId, app }),
    }),
  )
  const error = replace.error ?? show.error
  return (
    <Panel title="Hooks" sub="The key that signs what the hooks of the pipeline send">
      <PanelBody className="grid gap-4">
        {error ? <ProblemNotice problem={problemOf(error)} isUrgent /> : null}
        <p className="max-w-[60ch] text-13 text-ink-2">
          Your software verifies each message with it, as Standard Webhooks says. Replaced, the old key signs
          beside the new one for a day.
        </p>
        {show.data ? <Keys keys={show.data} /> : null}
        <div className="flex flex-wrap gap-3">
          {show.data ? null : (
            <Button
              reason={showReason}
              busy={show.isPending && 'Showing'}
              onClick={() => show.mutate({ organisationId, app })}
            >
              Show the key
            </Button>
          )}
          <Button
            reason={replaceReason}
            reasonHidden={showReason !== undefined}
            busy={replace.isPending && 'Replacing'}
            onClick={() => replace.mutate({ organisationId, app })}
          >
            Replace the key
          </Button>
        </div>
      </PanelBody>
    </Panel>
  )
}

function Keys({ keys }: { keys: Answers['pipeline']['showHookKeys'] }) {
  return (
    <ul className="grid gap-3">
      {keys.map(({ key, since, endsAt }) => (
        <li key={key} className="grid gap-1">
          <CopyValue value={key} />
          <span className="text-12 text-ink-3">
            {endsAt === null ? (
              <>
                Signs since <Time at={since} />
              </>
            ) : (
              <>
                Was replaced; signs until <Time at={endsAt} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}

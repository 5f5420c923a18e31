'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams, useRouter } from 'next/navigation'
import { useState } from 'react'
import { problemOf } from '../api/problem.ts'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button } from '../ui/Button.tsx'
import { CommandBlock } from '../ui/Command.tsx'
import { DangerDialog } from '../ui/Dialog.tsx'
import { SwitchField, TextField } from '../ui/Field.tsx'
import { ProblemNotice } from '../ui/Notice.tsx'
import { Panel, PanelBody } from '../ui/Panel.tsx'
import { PageTitle } from '../ui/Shell.tsx'
import { State } from '../ui/State.tsx'
import { HookKeys } from './HookKeys.tsx'
import { useRemote } from './remote.ts'

type App = Answers['apps']['get']

/** Which branch deploys and how, the remote, and the end of the app. */
export function AppSettings() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const name = decodeURIComponent(useParams<{ app: string }>().app)
  const app = useQuery(trpc.apps.get.queryOptions({ organisationId, app: name }))
  return (
    <div className="mx-auto max-w-[880px]">
      <PageTitle title="Settings" sub={name} />
      <Loaded query={app} what={name}>
        {(found) => (
          <div className="grid gap-4">
            <Deploying app={found} />
            <Remote app={found} />
            <HookKeys app={found.name} />
            <Deleting app={found} />
          </div>
        )}
      </Loaded>
    </div>
  )
}

function Deploying({ app }: { app: App }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { id: organisationId } = useOrganisation()
  const reason = useReason('apps.change-settings')
  // What was typed and is not saved yet; null where the form shows what holds.
  const [typedBranch, setBranch] = useState<string | null>(null)
  const [chosenAutoDeploy, setAutoDeploy] = useState<boolean | null>(null)
  const branch = typedBranch ?? app.branch
  const autoDeploy = chosenAutoDeploy ?? app.autoDeploy
  const change = useMutation(
    trpc.apps.changeSettings.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.apps.pathFilter())
        setBranch(null)
        setAutoDeploy(null)
      },
    }),
  )
  const isChanged = branch !== app.branch || autoDeploy !== app.autoDeploy
  return (
    <Panel title="Deploying" sub="Holds from the next push on">
      <PanelBody>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            if (!change.isPending && !reason && isChanged) {
              change.mutate({ organisationId, app: app.name, branch: branch.trim(), autoDeploy })
            }
          }}
        >
          {change.error ? <ProblemNotice problem={problemOf(change.error)} isUrgent /> : null}
          <TextField
            label="Branch that deploys"
            className="max-w-[320px]"
            isMono
            required
            spellCheck={false}
            autoComplete="off"
            hint="A push to another branch is kept and deploys nothing."
            value={branch}
            onChange={(event) => setBranch(event.target.value)}
          />
          <SwitchField
            label="Deploy each push by itself"
            hint={
              autoDeploy
                ? 'A push goes out as soon as it is built.'
                : 'A push is built, then waits for the Deploy button.'
            }
            checked={autoDeploy}
            onChange={setAutoDeploy}
          />
          <div className="flex flex-wrap items-center gap-3">
            <Button
              type="submit"
              look="go"
              reason={reason ?? (isChanged ? undefined : 'Nothing is changed.')}
              reasonHidden={!reason}
              busy={change.isPending && 'Saving'}
            >
              Save
            </Button>
            {change.isSuccess && !isChanged ? (
              <span role="status">
                <State kind="good">Saved</State>
              </span>
            ) : null}
          </div>
        </form>
      </PanelBody>
    </Panel>
  )
}

function Remote({ app }: { app: App }) {
  const { slug } = useOrganisation()
  const remote = useRemote(slug, app.name)
  return (
    <Panel title="Git remote" sub="Slipway's own; a token is the password">
      <PanelBody>
        <CommandBlock commands={[`git remote add slipway ${remote}`]} />
      </PanelBody>
    </Panel>
  )
}

function Deleting({ app }: { app: App }) {
  const trpc = useTRPC()
  const router = useRouter()
  const queryClient = useQueryClient()
  const { id: organisationId, slug } = useOrganisation()
  const reason = useReason('apps.delete')
  const [isAsking, setAsking] = useState(false)
  const [withSnapshots, setWithSnapshots] = useState(false)
  const remove = useMutation(
    trpc.apps.delete.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.apps.pathFilter())
        router.push(paths.apps(slug))
      },
    }),
  )
  if (app.deletingSince) {
    return (
      <Panel title="Delete">
        <PanelBody>
          <State kind="running">Being deleted; the stack in your account is taken down</State>
        </PanelBody>
      </Panel>
    )
  }
  return (
    <Panel title="Delete">
      <PanelBody className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-[60ch] text-13 text-ink-2">
          Takes what it runs on in {app.cloudAccount.name} down, with its address. You are told first what is
          lost and what stays.
        </p>
        <Button look="danger" reason={reason} onClick={() => setAsking(true)}>
          Delete {app.name}…
        </Button>
      </PanelBody>
      <DangerDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Delete ${app.name}`}
        name={app.name}
        action={`Delete ${app.name}`}
        busy={remove.isPending && 'Deleting'}
        problem={remove.error ? problemOf(remove.error) : null}
        onConfirm={() => remove.mutate({ organisationId, app: app.name, confirm: app.name, withSnapshots })}
      >
        <WhatIsLost app={app} withSnapshots={withSnapshots} onWithSnapshots={setWithSnapshots} />
      </DangerDialog>
    </Panel>
  )
}

function WhatIsLost({
  app,
  withSnapshots,
  onWithSnapshots,
}: {
  app: App
  withSnapshots: boolean
  onWithSnapshots: (isOn: boolean) => void
}) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const plan = useQuery(trpc.apps.deletionPlan.queryOptions({ organisationId, app: app.name }))
  return (
    <Loaded query={plan} what="what is lost and what stays">
      {({ goes, stays, snapshots }) => (
        <div className="grid gap-3">
          <div>
            <b className="text-ink">This is lost</b>
            <ul className="mt-1 grid gap-1">
              {goes.map((sentence) => (
                <li key={sentence} className="border-l border-bad-line pl-3">
                  {sentence}
                </li>
              ))}
            </ul>
          </div>
          {stays.length > 0 ? (
            <div>
              <b className="text-ink">This stays in {app.cloudAccount.name}, on your AWS bill</b>
              <ul className="mt-1 grid gap-1">
                {stays.map((each) => (
                  <li key={each.what} className="border-l border-line-2 pl-3">
                    <span className="text-ink">{each.what}.</span> {each.why}
                  </li>
                ))}
              </ul>
            </div>
          ) : null}
          {snapshots > 0 ? (
            <SwitchField
              label="Delete the snapshots of its disks, too"
              hint="Nothing brings them back. Left off, they are kept."
              checked={withSnapshots}
              onChange={onWithSnapshots}
            />
          ) : null}
        </div>
      )}
    </Loaded>
  )
}

'use client'
import { useQuery } from '@tanstack/react-query'
import clsx from 'clsx'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { type Answers, useTRPC } from '../api/trpc.ts'
import { PushHere } from '../apps/PushHere.tsx'
import { ExecutionState } from '../executions/ExecutionState.tsx'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation, useReason } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { LoadingRows } from '../ui/Empty.tsx'
import { Panel } from '../ui/Panel.tsx'
import { Revision } from '../ui/Revision.tsx'
import { State, StateIcon, type StateKind } from '../ui/State.tsx'

type Steps = Answers['firstSteps']['get']

/** From nothing to the first URL; each step turns green by itself. */
export function FirstSteps() {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const steps = useQuery(trpc.firstSteps.get.queryOptions({ organisationId }))
  return (
    <div className="mx-auto mt-2 max-w-[880px] md:mt-6">
      <header className="mb-6 grid gap-1.5">
        <h1 className="text-24 font-semibold md:text-28">Three steps to the first URL</h1>
        <p className="text-ink-2">Each step turns green by itself; you can close this page meanwhile.</p>
      </header>
      <Panel className="overflow-hidden">
        <Loaded query={steps} what="how far you are" shape={<LoadingRows what="how far you are" rows={3} />}>
          {(data) => <StepList steps={data} />}
        </Loaded>
      </Panel>
      <div className="mt-6 grid gap-4 text-13 text-ink-2 md:grid-cols-3 md:gap-6">
        <Aside title="What it costs now">
          $0.00. The first 750 awake hours of a month are free: one service, day and night. No card is asked
          for.
        </Aside>
        <Aside title="Your code as it is">
          Slipway reads what it finds: a package.json, a Procfile, a folder of static files, an executable. No
          YAML yet.
        </Aside>
        <Aside title="Your account, your way out">
          All of it is CloudFormation in your account. Disconnecting leaves the apps running.
        </Aside>
      </div>
    </div>
  )
}

function StepList({ steps }: { steps: Steps }) {
  const isConnected = steps.account?.state === 'connected'
  const isPushed = steps.push !== null
  const isLive = steps.live !== null
  const now = !isConnected ? 'connect' : !isPushed ? 'push' : 'open'
  return (
    <ol className="divide-y divide-line">
      <Step
        kind={isConnected ? 'good' : accountKind(steps.account?.state)}
        title="Connect an AWS account"
        isNow={now === 'connect'}
      >
        <ConnectStep steps={steps} />
      </Step>
      <Step
        kind={isPushed ? 'good' : steps.app ? 'running' : 'none'}
        title="Create an app and push"
        isNow={now === 'push'}
        isAhead={!isConnected}
      >
        <PushStep steps={steps} isPossible={isConnected} />
      </Step>
      <Step
        kind={isLive ? 'good' : isPushed ? 'running' : 'none'}
        title="Open the URL"
        isNow={now === 'open' && !isLive}
        isAhead={!isPushed}
      >
        <OpenStep steps={steps} />
      </Step>
    </ol>
  )
}

function accountKind(state: string | undefined): StateKind {
  if (state === undefined) return 'for-you'
  return state === 'refused' || state === 'broken' ? 'bad' : 'running'
}

function ConnectStep({ steps }: { steps: Steps }) {
  const { slug } = useOrganisation()
  const reason = useReason('cloud-accounts.connect')
  const { account } = steps
  if (account?.state === 'connected') {
    return (
      <p className="text-ink-2">
        <Link href={paths.cloudAccount(slug, account.id)} className="font-medium text-ink hover:underline">
          {account.name}
        </Link>
        {account.accountNumber ? `, ${account.accountNumber}` : ''}. The role answers, and refuses strangers.
      </p>
    )
  }
  return (
    <>
      <p className="text-ink-2">
        One CloudFormation stack makes the roles. Nothing is copied back, and nothing it makes costs anything.
      </p>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        {reason ? (
          <Button look="go" reason={reason}>
            Connect an AWS account
          </Button>
        ) : (
          <ButtonLink href={account ? paths.cloudAccount(slug, account.id) : paths.connect(slug)} look="go">
            {account ? `Go on with ${account.name}` : 'Connect an AWS account'}
          </ButtonLink>
        )}
        {account?.state === 'refused' ? <State kind="bad">{account.name} was refused</State> : null}
        {account?.state === 'waiting' ? (
          <State kind="running">Waiting for the stack of {account.name}</State>
        ) : null}
        {account?.state === 'proving' ? (
          <State kind="running">Proving the role of {account.name}</State>
        ) : null}
      </div>
    </>
  )
}

function PushStep({ steps, isPossible }: { steps: Steps; isPossible: boolean }) {
  const { slug } = useOrganisation()
  const { app, push } = steps
  if (push && app) {
    return (
      <p className="flex flex-wrap items-center gap-2 text-ink-2">
        <Link href={paths.app(slug, app.name)} className="font-medium text-ink hover:underline">
          {app.name}
        </Link>
        <Revision
          sha={push.sha}
          title={push.message}
          {...(push.execution === null ? {} : { href: paths.execution(slug, app.name, push.execution) })}
        />
        <span className="min-w-0 truncate">{push.message}</span>
      </p>
    )
  }
  if (app) {
    return (
      <div className="mt-3">
        <PushHere app={app.name} branch={app.branch} />
      </div>
    )
  }
  return (
    <>
      <p className="text-ink-2">An app is a repository. Slipway gives it a git remote of its own.</p>
      {isPossible ? (
        <div className="mt-3">
          <ButtonLink href={paths.newApp(slug)} look="go">
            Create an app
          </ButtonLink>
        </div>
      ) : null}
    </>
  )
}

function OpenStep({ steps }: { steps: Steps }) {
  const { slug } = useOrganisation()
  const { live, push, app } = steps
  if (live) {
    return live.url ? (
      <a
        href={live.url}
        target="_blank"
        rel="noopener noreferrer"
        className="link font-mono text-13 [overflow-wrap:anywhere]"
      >
        {live.url}
      </a>
    ) : (
      <p className="text-ink-2">{live.app} runs. It has no service with a URL.</p>
    )
  }
  return (
    <>
      <p className="text-ink-2">Build, host, health check. The address appears here as soon as it answers.</p>
      <div className="mt-2 flex flex-wrap items-center justify-between gap-3 rounded-6 border border-dashed border-line-2 px-3 py-2 text-ink-3">
        <span className="text-13">No address yet</span>
        {push?.status && app && push.execution !== null ? (
          <Link href={paths.execution(slug, app.name, push.execution)}>
            <ExecutionState status={push.status} waitsFor={push.waitsFor} />
          </Link>
        ) : null}
      </div>
    </>
  )
}

function Step({
  kind,
  title,
  isNow,
  isAhead = false,
  children,
}: {
  kind: StateKind
  title: string
  isNow: boolean
  isAhead?: boolean
  children: ReactNode
}) {
  return (
    <li
      className={clsx(
        'grid grid-cols-[20px_minmax(0,1fr)] gap-x-2.5 px-3.5 py-4 md:grid-cols-[24px_minmax(0,1fr)] md:gap-x-3.5 md:px-5 md:py-[18px]',
        isNow && 'for-you',
        isAhead && 'bg-ground',
      )}
    >
      <StateIcon kind={kind} className="mt-0.5 size-5" />
      <div className="min-w-0 text-13">
        <h2 className={clsx('text-16 font-semibold tracking-[-0.012em]', isAhead && 'text-ink-2')}>
          {title}
        </h2>
        <span className="sr-only">{kind === 'good' ? 'Done.' : isNow ? 'Now.' : 'Still to come.'}</span>
        <div className="mt-1">{children}</div>
      </div>
    </li>
  )
}

function Aside({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="border-t border-line-2 pt-2.5">
      <b className="text-ink">{title}</b>
      <p>{children}</p>
    </div>
  )
}

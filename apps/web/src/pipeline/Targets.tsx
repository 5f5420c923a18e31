'use client'
import clsx from 'clsx'
import Link from 'next/link'
import { hostOf } from '../apps/words.ts'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { MiddleEllipsis } from '../ui/MiddleEllipsis.tsx'
import { Revision } from '../ui/Revision.tsx'
import { State } from '../ui/State.tsx'
import { Time } from '../ui/Time.tsx'
import type { EnvironmentHere, TargetShown } from './pipeline-shown.ts'
import { countsOf, isWrittenOut, runsBad, targetLook } from './target-words.ts'

/** More than these in one wave are a line each; only what moves and what is not well is written out. */
const writtenOutMax = 6

/** The environments of a wave. */
export function Targets({ app, targets }: { app: string; targets: readonly TargetShown[] }) {
  const isLong = targets.length > writtenOutMax
  return (
    <>
      {isLong ? <p className="text-12 text-ink-2">{countsOf(targets)}</p> : null}
      <ul
        className={clsx(
          'grid grid-cols-[repeat(auto-fill,minmax(min(100%,216px),1fr))]',
          isLong ? 'gap-x-3 gap-y-1' : 'gap-2',
        )}
      >
        {targets.map((target) => (
          <li key={target.name}>
            {isLong && !isWrittenOut(target) ? (
              <Line app={app} target={target} />
            ) : (
              <Target app={app} target={target} />
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

function Line({ app, target }: { app: string; target: TargetShown }) {
  const { kind, word } = targetLook(target)
  return (
    <span className="flex min-w-0 items-center justify-between gap-2 text-12">
      <Place app={app} target={target} />
      <span className="flex flex-none items-center gap-2">
        {target.environment?.live ? (
          <Revision sha={target.environment.live.sha} title={target.environment.live.message} />
        ) : null}
        <State kind={kind}>{word}</State>
      </span>
    </span>
  )
}

function Target({ app, target }: { app: string; target: TargetShown }) {
  const { kind, word } = targetLook(target)
  const { environment, progress } = target
  const isRed = kind === 'bad' || kind === 'going-back'
  return (
    <div
      className={clsx(
        'grid min-w-0 content-start gap-1 rounded-4 border bg-surface px-2.5 py-2 text-12',
        isRed && 'border-bad-line bg-bad-soft',
      )}
    >
      <span className="flex min-w-0 flex-wrap items-center justify-between gap-x-2 gap-y-0.5">
        <Place app={app} target={target} />
        <State kind={kind}>{word}</State>
      </span>
      {environment ? (
        <span className="flex min-w-0 flex-wrap gap-x-2 text-ink-3">
          <span>{environment.cloudAccount.name}</span>
          <code className="text-11 leading-4">{environment.region}</code>
        </span>
      ) : null}
      {progress ? <Progress progress={progress} /> : null}
      {environment?.live ? <Live app={app} environment={environment} live={environment.live} /> : null}
      {environment?.live?.isBad && word !== runsBad ? <State kind="warning">{runsBad}</State> : null}
      {environment?.cloudAccount.brokenSince ? (
        <span className="text-bad">
          The connection with {environment.cloudAccount.name} is broken; what runs here runs on.
        </span>
      ) : null}
    </div>
  )
}

/** Name of the environment, and the way to it: its releases can be rolled back there. */
function Place({ app, target: { name, environment } }: { app: string; target: TargetShown }) {
  const { slug } = useOrganisation()
  if (environment === null) return <span className="min-w-0 text-ink-3">{name}</span>
  return (
    <Link
      href={paths.environment(slug, app, environment.name)}
      title={`${environment.name}: services, logs, releases to roll back to`}
      className="flex min-w-0 font-medium hover:underline"
    >
      <MiddleEllipsis text={environment.name} />
    </Link>
  )
}

function Progress({ progress }: { progress: NonNullable<TargetShown['progress']> }) {
  const { step, error, until, since, is } = progress
  const isMoving = is === 'deploying' || is === 'stopping' || is === 'restoring'
  return (
    <>
      {isMoving ? (
        <span className="[overflow-wrap:anywhere] text-ink-2">
          {step ? `${step.title}${step.waitsFor ? `: waits for ${step.waitsFor}` : ''}. ` : null}
          {since ? (
            <>
              Since <Time at={since} />
            </>
          ) : null}
          {until ? (
            <>
              , gives up <Time at={until} />
            </>
          ) : null}
        </span>
      ) : null}
      {error ? <span className="[overflow-wrap:anywhere] text-bad">{error.what}</span> : null}
    </>
  )
}

function Live({
  app,
  environment,
  live,
}: {
  app: string
  environment: EnvironmentHere
  live: NonNullable<EnvironmentHere['live']>
}) {
  const { slug } = useOrganisation()
  return (
    <>
      <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5 text-ink-2">
        <Revision sha={live.sha} title={`${live.message}, ${live.author}`} />
        <span>
          release {live.number}, live <Time at={live.since} />
        </span>
      </span>
      <span className="flex min-w-0 flex-wrap items-center justify-between gap-x-3">
        <Link href={paths.commits(slug, app)} className="text-ink-3 hover:underline">
          {behindWords(live.behind)}
        </Link>
        <span className="flex gap-x-3">
          <Link
            href={paths.environment(slug, app, environment.name)}
            aria-label={`Roll back ${environment.name}: choose a release`}
            className="link"
          >
            Roll back…
          </Link>
          {environment.url ? (
            <a
              href={environment.url}
              target="_blank"
              rel="noopener noreferrer"
              title={hostOf(environment.url)}
              aria-label={`Open ${environment.name}`}
              className="link"
            >
              Open
            </a>
          ) : null}
        </span>
      </span>
    </>
  )
}

function behindWords(behind: number): string {
  if (behind === 0) return 'The newest commit'
  return behind === 1 ? '1 commit behind' : `${behind} commits behind`
}

/** Environments beside each other, outside of any stage. */
export function EnvironmentCards({
  app,
  environments,
}: {
  app: string
  environments: readonly EnvironmentHere[]
}) {
  return (
    <div className="grid gap-2 p-4 md:grid-cols-[repeat(auto-fill,minmax(260px,1fr))]">
      {environments.map((environment) => (
        <Target
          key={environment.id}
          app={app}
          target={{ name: environment.name, environment, progress: null }}
        />
      ))}
    </div>
  )
}

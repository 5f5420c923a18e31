'use client'
import { useQuery } from '@tanstack/react-query'
import clsx from 'clsx'
import Link from 'next/link'
import { useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Panel } from '../ui/Panel.tsx'
import { Revision } from '../ui/Revision.tsx'
import { State, StateIcon, type StateKind } from '../ui/State.tsx'
import { Cell, HeadCell, Table, TableRow } from '../ui/Table.tsx'
import { Time } from '../ui/Time.tsx'
import {
  type CellLook,
  type CommitColumn,
  cellKinds,
  cellLook,
  cellWords,
  commitColumns,
} from './commit-columns.ts'
import type { CommitShown, StageShown } from './pipeline-shown.ts'
import { whyLook } from './why-words.ts'

/** The newest commits: how far each is in every branch of the pipeline, when it came there, and why not further. */
export function CommitMatrix({ app, stages }: { app: string; stages: readonly StageShown[] }) {
  const trpc = useTRPC()
  const { id: organisationId, slug } = useOrganisation()
  const commits = useQuery(trpc.pipeline.commits.queryOptions({ organisationId, app }))
  return (
    <Panel title="Commits" sub="How far each one is, and why not further" aside={<Legend />} className="mt-4">
      <Loaded query={commits} what="the commits" rows={5}>
        {(list) => (
          <>
            <Matrix app={app} columns={commitColumns(stages)} commits={list} />
            <p className="border-t px-4 py-2 text-12">
              <Link href={paths.commits(slug, app)} className="link">
                All commits
              </Link>
            </p>
          </>
        )}
      </Loaded>
    </Panel>
  )
}

function Legend() {
  return (
    <ul aria-label="What the marks mean" className="flex flex-wrap gap-x-3 text-12 text-ink-2">
      <li className="flex items-center gap-1.5">
        <Dot isHere />
        runs here now
      </li>
      <li className="flex items-center gap-1.5">
        <Dot isHere={false} />
        was here
      </li>
      <li className="flex items-center gap-1.5">
        <StateIcon kind="going-back" />
        rolled back
      </li>
    </ul>
  )
}

function Dot({ isHere }: { isHere: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={clsx(
        'size-2 flex-none rounded-full',
        isHere ? 'bg-accent' : 'border-[1.5px] border-ink-3 bg-surface',
      )}
    />
  )
}

function Matrix({
  app,
  columns,
  commits,
}: {
  app: string
  columns: readonly CommitColumn[]
  commits: readonly CommitShown[]
}) {
  return (
    <section
      aria-label="Commits through the pipeline"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="relative overflow-x-auto"
    >
      <Table
        label="Commits"
        head={
          <>
            <HeadCell className="align-bottom">Commit</HeadCell>
            <HeadCell className="align-bottom">Build</HeadCell>
            {columns.map(({ key, over, name }) => (
              <HeadCell key={key} className="align-bottom">
                {over ? <small className="block text-11 font-normal">{over}</small> : null}
                <span className="font-mono text-11">{name}</span>
              </HeadCell>
            ))}
            <HeadCell className="align-bottom">Why not further</HeadCell>
          </>
        }
      >
        {commits.map((commit) => (
          <TableRow key={commit.position}>
            <Cell className="min-w-[240px]">
              <Subject app={app} commit={commit} />
            </Cell>
            <Cell className="whitespace-nowrap">
              <BuildMark build={commit.build} />
            </Cell>
            {columns.map((column) => (
              <Cell key={column.key} className="whitespace-nowrap">
                <Mark look={cellLook(commit, column)} />
              </Cell>
            ))}
            <Cell className="min-w-[220px]">
              <Why app={app} commit={commit} />
            </Cell>
          </TableRow>
        ))}
      </Table>
    </section>
  )
}

function Subject({ app, commit }: { app: string; commit: CommitShown }) {
  const { slug } = useOrganisation()
  const { sha, message, author, pushedAt, execution } = commit
  return (
    <span className="grid gap-0.5">
      <span className="flex min-w-0 items-center gap-2">
        <Revision
          sha={sha}
          title={`${message}, ${author}`}
          {...(execution === null ? {} : { href: paths.execution(slug, app, execution) })}
        />
        <span className="max-w-[340px] min-w-0 truncate" title={message}>
          {message}
        </span>
      </span>
      <span className="text-12 whitespace-nowrap text-ink-3">
        {author}, <Time at={pushedAt} />
      </span>
    </span>
  )
}

const builds: Record<NonNullable<CommitShown['build']>['is'], { kind: StateKind; word: string }> = {
  running: { kind: 'running', word: 'is being built' },
  succeeded: { kind: 'good', word: 'built' },
  failed: { kind: 'bad', word: 'did not build' },
  stopped: { kind: 'none', word: 'stopped' },
  never: { kind: 'bad', word: 'not built' },
}

function BuildMark({ build }: { build: CommitShown['build'] }) {
  if (build === null) return <Nothing />
  const { kind, word } = builds[build.is]
  const words = `${word}${withWords(build.with)}`
  return (
    <span className="inline-flex items-center gap-1.5 text-12 text-ink-2" title={words}>
      {build.is === 'succeeded' ? <Dot isHere={false} /> : <StateIcon kind={kind} />}
      <span className="sr-only">{words},</span>
      <Time at={build.at} />
    </span>
  )
}

function Mark({ look }: { look: CellLook | null }) {
  if (look === null) return <Nothing />
  const { is, at, count } = look
  const words = `${count === null ? '' : `${count} `}${cellWords[is]}${withWords(look.with)}`
  const isDot = is === 'here' || is === 'was'
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1.5 text-12',
        is === 'here' ? 'font-medium text-ink' : 'text-ink-2',
        (is === 'back' || is === 'going-back' || is === 'failed') && 'text-bad',
      )}
      title={words}
    >
      {isDot ? <Dot isHere={is === 'here'} /> : <StateIcon kind={cellKinds[is]} />}
      <span className="sr-only">{words},</span>
      {count === null ? null : <span aria-hidden="true">{count}</span>}
      <Time at={at} />
    </span>
  )
}

function withWords(sha: string | null): string {
  return sha === null ? '' : ` with ${sha.slice(0, 7)}`
}

function Nothing() {
  return <span className="sr-only">not here</span>
}

function Why({ app, commit }: { app: string; commit: CommitShown }) {
  const { slug } = useOrganisation()
  const { kind, words } = whyLook(commit)
  return (
    <span className="grid gap-0.5">
      <State kind={kind} className="whitespace-normal [overflow-wrap:anywhere]">
        {commit.execution === null ? (
          words
        ) : (
          <Link href={paths.execution(slug, app, commit.execution)} className="hover:underline">
            {words}
          </Link>
        )}
      </State>
    </span>
  )
}

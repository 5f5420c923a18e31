'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTRPC } from '../api/trpc.ts'
import { Loaded } from '../organisation/Loaded.tsx'
import { useOrganisation } from '../organisation/organisation.tsx'
import { paths } from '../paths.ts'
import { Revision } from '../ui/Revision.tsx'
import { State } from '../ui/State.tsx'
import type { PipelineShown, StageShown } from './pipeline-shown.ts'
import { StageState } from './StageState.tsx'
import { isGenerating, placeOf } from './target-words.ts'

/** The stages in one row, each with what is live in it and who waits: the way to the whole pipeline. */
export function StageStrip({ app }: { app: string }) {
  const trpc = useTRPC()
  const { id: organisationId } = useOrganisation()
  const pipeline = useQuery(trpc.pipeline.get.queryOptions({ organisationId, app }))
  return (
    <Loaded query={pipeline} what="the stages" rows={1}>
      {(shown) => <Strip pipeline={shown} />}
    </Loaded>
  )
}

function Strip({ pipeline: { app, stages } }: { pipeline: PipelineShown }) {
  const { slug } = useOrganisation()
  if (stages.length === 0) return null
  return (
    <ul
      aria-label="Stages"
      className="grid overflow-hidden rounded-6 border border-line-2 bg-surface max-md:divide-y md:grid-cols-[repeat(auto-fit,minmax(240px,1fr))]"
    >
      {stages.map((stage) => (
        <li key={stage.name} className="border-line-2 md:not-first:border-l">
          <Link
            href={paths.pipeline(slug, app.name)}
            className="grid h-full content-start gap-1.5 px-4 py-2.5 hover:bg-sunken focus-visible:-outline-offset-3"
          >
            <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <b className="text-14 font-semibold [overflow-wrap:anywhere]">{stage.name}</b>
              <span className="font-mono text-11 [overflow-wrap:anywhere] text-ink-3">{placeOf(stage)}</span>
              <span className="ml-auto flex flex-wrap items-center gap-2">
                <StageState stage={stage} />
              </span>
            </span>
            <WhatIsHere stage={stage} />
          </Link>
        </li>
      ))}
    </ul>
  )
}

const revisionsMax = 3

function WhatIsHere({ stage: { waves, waiting } }: { stage: StageShown }) {
  const live = new Map(
    waves.flatMap(({ targets }) =>
      targets.flatMap(({ environment }) =>
        environment?.live ? [[environment.live.sha, environment.live]] : [],
      ),
    ),
  )
  const shown = [...live.values()].slice(0, revisionsMax)
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-12 text-ink-2">
      {shown.length === 0 && !isGenerating({ waves }) ? 'Nothing is live here yet.' : null}
      {shown.map(({ sha, message }) => (
        <Revision key={sha} sha={sha} title={message} />
      ))}
      {live.size > shown.length ? `and ${live.size - shown.length} more` : null}
      {waiting.map(({ number, sha, message, why }) => (
        <span key={number} className="inline-flex items-center gap-2">
          <State kind={why === 'deploy' ? 'for-you' : 'waiting'}>{whyWords[why]}</State>
          <Revision sha={sha} title={message} />
        </span>
      ))}
    </span>
  )
}

const whyWords: Record<StageShown['waiting'][number]['why'], string> = {
  deploy: 'Waits for Deploy',
  gate: 'Waits for a gate',
  held: 'Waits, held',
  busy: 'Waits its turn',
}

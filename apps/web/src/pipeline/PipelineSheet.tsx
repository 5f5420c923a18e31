'use client'
import type { CSSProperties } from 'react'
import { useOrganisation } from '../organisation/organisation.tsx'
import { BuildColumn } from './BuildColumn.tsx'
import type { CheckShown, PipelineShown, StageShown } from './pipeline-shown.ts'
import { type ForYou, StageColumn } from './StageColumn.tsx'

/** Narrower than this, in pixels, a wave's targets and a wait's four answers cannot be read. */
const buildWidthMin = 232
const stageWidthMin = 288
const waveWidthMin = 252

/**
 * The stages left to right, below each other where it is narrow: who waits above, who is inside below, so that they
 * line up. It scrolls sideways in its own frame; the page never does.
 */
export function PipelineSheet({ pipeline }: { pipeline: PipelineShown }) {
  const { actions } = useOrganisation()
  const { app, stages } = pipeline
  const forYou = forYouOf(stages, actions)
  const columns: CSSProperties & { '--columns': string } = {
    '--columns': [`minmax(${buildWidthMin}px, 1fr)`, ...stages.map(widthOf)].join(' '),
  }
  return (
    <section
      aria-label="Stages"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="relative overflow-x-auto rounded-6 border border-line-2 bg-surface"
    >
      <div style={columns} className="grid md:grid-cols-(--columns) md:grid-rows-[auto_auto_1fr]">
        <BuildColumn pipeline={pipeline} />
        {stages.map((stage, index) => (
          <StageColumn
            key={stage.name}
            app={app.name}
            autoDeploy={app.autoDeploy}
            stage={stage}
            isFollowed={index < stages.length - 1}
            forYou={forYou}
          />
        ))}
      </div>
    </section>
  )
}

function widthOf({ waves }: StageShown): string {
  const count = Math.max(1, waves.length)
  return `minmax(${Math.max(stageWidthMin, count * waveWidthMin + 32)}px, ${count === 1 ? 1.3 : count}fr)`
}

/** At most one thing on a screen is marked as for you: of several the one that is furthest on its way. */
function forYouOf(stages: readonly StageShown[], actions: readonly string[]): ForYou | null {
  const mayApprove = actions.includes('executions.approve')
  const isYours = ({ state }: CheckShown) =>
    mayApprove && state.is === 'asked' && state.answers !== null && state.answers.whyNotApprove === null
  const found = stages.flatMap((stage): ForYou[] => {
    const { name, waiting, checksOf, holder, before, waves, after } = stage
    const entrants = waiting.flatMap(({ number, why, check }): ForYou[] => {
      const isDeploy = why === 'deploy' && actions.includes('executions.deploy')
      return isDeploy || (check && isYours(check)) ? [{ stage: name, number, path: null }] : []
    })
    const checks = [...before, ...waves.flatMap((wave) => [...wave.before, ...wave.after]), ...after]
    const inside =
      holder === null || holder.number !== checksOf?.number
        ? []
        : checks.filter(isYours).map(({ path }) => ({ stage: name, number: holder.number, path }))
    return [...entrants, ...inside]
  })
  return found.at(-1) ?? null
}

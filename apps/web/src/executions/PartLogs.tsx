'use client'
import { useState } from 'react'
import { StreamLog } from '../api/StreamLog.tsx'
import { Panel } from '../ui/Panel.tsx'
import { Segments } from '../ui/Segments.tsx'
import { State } from '../ui/State.tsx'
import type { ExecutionShown } from './execution-shown.ts'
import { hasEnded } from './status.ts'

/** The log of the build, and of each deployment; the newest that began is shown until another is chosen. */
export function PartLogs({ execution }: { execution: ExecutionShown }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const streams = streamsOf(execution)
  const shown = streams.find((one) => one.stream === chosen) ?? streams.at(-1)
  if (!shown) {
    return (
      <Panel title="Log">
        <p className="p-4 text-13 text-ink-2">
          {hasEnded(execution.status)
            ? 'Nothing ran, so nothing was said.'
            : 'The first line comes with the first step.'}
        </p>
      </Panel>
    )
  }
  const isLive = shown.endedAt === null && !hasEnded(execution.status)
  return (
    <Panel
      title={shown.title}
      sub={isLive ? <State kind="running">Live</State> : null}
      aside={
        streams.length > 1 ? (
          <Segments
            label="Which log"
            value={shown.stream}
            onChange={setChosen}
            options={streams.map((one) => ({ value: one.stream, label: one.title }))}
          />
        ) : null
      }
    >
      <StreamLog
        stream={shown.stream}
        label={`Log: ${shown.title}`}
        isLive={isLive}
        empty={isLive ? 'No line yet. The step on the left says what it waits for.' : 'It said nothing.'}
        height="max-h-[520px]"
      />
    </Panel>
  )
}

/** All attempts of a build write to one stream, which is shown once. */
function streamsOf(execution: ExecutionShown): { stream: string; title: string; endedAt: string | null }[] {
  const streams = new Map<string, { stream: string; title: string; endedAt: string | null }>()
  for (const part of execution.parts) {
    const title = part.kind === 'build' ? 'Build log' : part.title
    streams.set(part.stream, { stream: part.stream, title, endedAt: part.endedAt })
  }
  return [...streams.values()]
}

'use client'
import { useState } from 'react'
import { StreamLog } from '../api/StreamLog.tsx'
import { SelectField } from '../ui/Field.tsx'
import { Panel } from '../ui/Panel.tsx'
import { Segments } from '../ui/Segments.tsx'
import { State } from '../ui/State.tsx'
import type { ExecutionShown } from './execution-shown.ts'
import { hasEnded } from './status.ts'

/** More logs than these do not fit side by side. */
const besideMax = 4

/**
 * The log of the build, of each step and gate and of each deployment; the newest that began is shown until another is
 * chosen. A gate has little to say, so that it is not shown by itself.
 */
export function PartLogs({ execution }: { execution: ExecutionShown }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const streams = streamsOf(execution)
  const shown =
    streams.find((one) => one.stream === chosen) ?? streams.findLast((one) => !one.isGate) ?? streams.at(-1)
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
        streams.length > besideMax ? (
          <SelectField
            label="Which log"
            isLabelHidden
            value={shown.stream}
            onChange={(event) => setChosen(event.target.value)}
          >
            {streams.map((one) => (
              <option key={one.stream} value={one.stream}>
                {one.title}
              </option>
            ))}
          </SelectField>
        ) : streams.length > 1 ? (
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

type Stream = { stream: string; title: string; endedAt: string | null; isGate: boolean }

/** All attempts of a build write to one stream, which is shown once. What is to come has none yet. */
function streamsOf(execution: ExecutionShown): Stream[] {
  const streams = new Map<string, Stream>()
  for (const { kind, title, stream, endedAt, status, check } of execution.parts) {
    if (status === 'ahead') continue
    const isGate = check !== null && !check.isStep
    streams.set(stream, { stream, title: kind === 'build' ? 'Build log' : title, endedAt, isGate })
  }
  return [...streams.values()]
}

'use client'
import { useState } from 'react'
import { StreamLog } from '../api/StreamLog.tsx'
import type { Answers } from '../api/trpc.ts'
import { Panel } from '../ui/Panel.tsx'
import { Segments } from '../ui/Segments.tsx'
import { State } from '../ui/State.tsx'

type Service = Answers['environments']['get']['services'][number]

/** What the services say, one at a time, as they say it. */
export function ServiceLog({ services }: { services: Service[] }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const service = services.find((one) => one.id === chosen) ?? services[0]
  if (!service) return null
  return (
    <Panel
      title="Log"
      sub={<State kind="good">Live</State>}
      aside={
        services.length > 1 ? (
          <Segments
            label="Whose log"
            value={service.id}
            onChange={setChosen}
            options={services.map((one) => ({ value: one.id, label: one.name }))}
          />
        ) : null
      }
    >
      <StreamLog
        stream={service.stream}
        label={`Log of ${service.name}`}
        isLive
        empty={`${service.name} has not said anything yet. What it writes to its output appears here.`}
      />
    </Panel>
  )
}

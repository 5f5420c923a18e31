import { type ExecutionId, newId } from '../../packages/core/src/index.ts'
import { type ExecutionEvent, eventSchema } from '../../packages/pipeline/src/decide/event.ts'
import { executionSchema } from '../../packages/pipeline/src/decide/execution.ts'
import { move, type Pipeline } from '../../packages/pipeline/src/decide/move.ts'
import { pushStory } from './push-story.ts'

type Happened = { id: ExecutionId; event: ExecutionEvent }

const millisecondsEach = 2000
/** Five events each, so that an app's history has a hundred. */
const pushes = 20

/** Twenty pushes of one app, each of which goes all the way, the next received while the one before is deployed. */
const history: Happened[] = Array.from({ length: pushes }, (_, index) => {
  const id = newId('execution')
  const story = pushStory({
    at: new Date(1_764_000_000_000 + index * 60_000),
    order: index + 1,
    environmentId: newId('environment'),
  })
  return story.map((event) => ({ id, event }))
}).flatMap((story, index, all) => {
  const [received, ...others] = story
  const next = all[index + 1]?.[0]
  return [
    ...(index === 0 && received ? [received] : []),
    ...others.slice(0, 2),
    ...(next ? [next] : []),
    ...others.slice(2),
  ]
})

/** Histories a minute, each event moved alone, as the job does it when they come one by one. */
export function advanceHistories(): number {
  return aMinute(() => {
    let pipeline: Pipeline = { executions: new Map(), lastEntered: {}, held: new Set() }
    for (const { id, event } of history) {
      const moved = move(pipeline, [{ id, event }], event.at)
      pipeline = { ...moved.pipeline, executions: withoutEnded(moved.pipeline.executions) }
    }
    if (pipeline.executions.size > 0) throw new Error('a push did not come to its end')
  })
}

/** Histories a minute, when nothing is decided: each event and the state after it are only read. */
export function readHistories(): number {
  const texts = statesOf(history)
  return aMinute(() => {
    for (const { event, states } of texts) {
      eventSchema.parse(JSON.parse(event))
      for (const state of states) executionSchema.parse(JSON.parse(state))
    }
  })
}

/** What the job reads from its rows for each event: the event and the executions that have not ended. */
function statesOf(events: Happened[]): { event: string; states: string[] }[] {
  let pipeline: Pipeline = { executions: new Map(), lastEntered: {}, held: new Set() }
  return events.map(({ id, event }) => {
    const states = [...pipeline.executions.values()].map((state) => JSON.stringify(state))
    const moved = move(pipeline, [{ id, event }], event.at)
    pipeline = { ...moved.pipeline, executions: withoutEnded(moved.pipeline.executions) }
    return { event: JSON.stringify(event), states }
  })
}

function withoutEnded(executions: Pipeline['executions']): Pipeline['executions'] {
  return new Map([...executions].filter(([, { end }]) => end === null))
}

function aMinute(run: () => void): number {
  const startedAt = performance.now()
  let runs = 0
  while (performance.now() < startedAt + millisecondsEach) {
    run()
    runs++
  }
  return (runs * 60_000) / (performance.now() - startedAt)
}

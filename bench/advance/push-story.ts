import { asId, type EnvironmentId } from '../../packages/core/src/index.ts'
import type { EventOf, ExecutionEvent } from '../../packages/pipeline/src/decide/event.ts'

const path = 'production/0/0'
const releaseId = asId('release', 'rel_0001')

/** What happens to a push that goes all the way, but for what the lane decides: five events. */
export function pushStory(of: { at: Date; order: number; environmentId: EnvironmentId }): ExecutionEvent[] {
  const { order, environmentId } = of
  const received: EventOf<'received'> = {
    type: 'received',
    at: of.at.toISOString(),
    kind: 'push',
    order,
    deploysByItself: true,
    releaseId: null,
    stages: [
      {
        name: 'production',
        before: [],
        waves: [{ limit: 1, before: [], targets: [{ environmentId, name: 'production' }], after: [] }],
        after: [],
      },
    ],
    error: null,
  }
  return [received, ...storyAfterPush(of.at)]
}

export function storyAfterPush(from: Date): ExecutionEvent[] {
  const at = from.toISOString()
  return [
    { type: 'build-started', at, attempt: 1 },
    { type: 'build-succeeded', at, attempt: 1, releaseId },
    { type: 'target-deploying', at, path, attempt: 1, release: 1 },
    { type: 'target-healthy', at, path, attempt: 1 },
  ]
}

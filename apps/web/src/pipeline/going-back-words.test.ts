import { expect, test } from 'vitest'
import { goingBackWords } from './going-back-words.ts'
import type { StageShown, TargetShown } from './pipeline-shown.ts'

type Progress = NonNullable<TargetShown['progress']>

const wave = (...all: [Progress['is'], Progress['undone']?][]): StageShown['waves'][number] => ({
  limit: 2,
  before: [],
  after: [],
  targets: all.map(([is, undone = null], index) => ({
    name: `target-${index}`,
    environment: null,
    progress: { is, undone, execution: 7, since: null, until: null, endedAt: null, error: null, step: null },
  })),
})

test.each([
  ['the only wave', [wave(['restoring'])], 'production goes back.', '0 of 1 target is back, 1 on the way.'],
  [
    'the second wave, the first stays',
    [wave(['healthy']), wave(['restoring'], ['restored'], ['never'])],
    'Wave 2 of production goes back.',
    '1 of 2 targets is back, 1 on the way.',
  ],
  [
    'one whose own deployment failed',
    [wave(['healthy']), wave(['failed', 'undone'], ['restored'])],
    'Wave 2 of production goes back.',
    '2 of 2 targets are back.',
  ],
  [
    'one of which nobody knows what runs',
    [wave(['healthy']), wave(['failed', 'unknown'], ['restore-failed'])],
    'Wave 2 of production goes back.',
    '0 of 2 targets are back, 2 did not go back.',
  ],
  ['before anything has moved', [wave(['healthy'])], 'production goes back.', ''],
] as const)('%s', (_, waves, title, progress) => {
  expect(goingBackWords({ name: 'production', waves: [...waves] })).toEqual({ title, progress })
})

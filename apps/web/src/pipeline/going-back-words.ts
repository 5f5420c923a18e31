import type { StageShown } from './pipeline-shown.ts'

/** “Wave 2 of production goes back.” and how far that is: “1 of 3 targets is back, 2 on the way.” */
export type GoingBackWords = { title: string; progress: string }

type Progress = NonNullable<StageShown['waves'][number]['targets'][number]['progress']>
type Way = 'back' | 'on-the-way' | 'stuck'

/** Undefined for a target that nothing was changed in, or that stays as it is. */
function wayOf({ is, undone }: Progress): Way | undefined {
  switch (is) {
    case 'restoring':
    case 'stopping':
      return 'on-the-way'
    case 'restored':
      return 'back'
    case 'restore-failed':
      return 'stuck'
    case 'failed':
    case 'stopped':
      // What did not come up has put back by itself what ran before, unless nobody knows.
      return undone === 'unknown' ? 'stuck' : 'back'
    case 'ahead':
    case 'deploying':
    case 'healthy':
    case 'never':
      return undefined
  }
}

/** What a stage says that goes back: which of its waves, and how many of the targets that it changed are back. */
export function goingBackWords({ name, waves }: Pick<StageShown, 'name' | 'waves'>): GoingBackWords {
  const ways = waves.map(({ targets }) =>
    targets.flatMap(({ progress }) => (progress === null ? [] : (wayOf(progress) ?? []))),
  )
  const places = ways.flatMap((targets, index) => (targets.length > 0 ? [index + 1] : []))
  const all = ways.flat()
  const count = (way: Way) => all.filter((each) => each === way).length
  const parts = [
    `${count('back')} of ${all.length} ${all.length === 1 ? 'target' : 'targets'} ${all.length === 1 || count('back') === 1 ? 'is' : 'are'} back`,
    ...(count('on-the-way') > 0 ? [`${count('on-the-way')} on the way`] : []),
    ...(count('stuck') > 0 ? [`${count('stuck')} did not go back`] : []),
  ]
  return {
    title: titleOf(name, waves.length === 1 ? [] : places),
    progress: all.length === 0 ? '' : `${parts.join(', ')}.`,
  }
}

function titleOf(stage: string, waves: readonly number[]): string {
  if (waves.length === 0) return `${stage} goes back.`
  return waves.length === 1
    ? `Wave ${waves[0]} of ${stage} goes back.`
    : `Waves ${waves.join(' and ')} of ${stage} go back.`
}

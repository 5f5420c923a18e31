import type { Answers } from '../api/trpc.ts'

/** The sheet of an app's pipeline, as the api gives it. */
export type PipelineShown = Answers['pipeline']['get']
export type StageShown = PipelineShown['stages'][number]
export type EntrantShown = StageShown['waiting'][number]
export type TargetShown = StageShown['waves'][number]['targets'][number]
export type EnvironmentHere = PipelineShown['leftOver'][number]
export type BuildShown = PipelineShown['builds'][number]
/** An execution in its place: its revision, and how far it is. */
export type CarriedShown = NonNullable<PipelineShown['head']>
/** A step or a gate in its place. */
export type CheckShown = StageShown['before'][number]
/** A commit through the whole pipeline. */
export type CommitShown = Answers['pipeline']['commits'][number]
export type CommitCellShown = CommitShown['cells'][string]
/** The four figures of delivery. */
export type DeliveryShown = Answers['pipeline']['delivery']

/** Every environment once, in the order of the stages; those of no stage last. */
export function environmentsOf({ stages, leftOver }: PipelineShown): EnvironmentHere[] {
  const inStages = stages.flatMap(({ waves }) =>
    waves.flatMap(({ targets }) => targets.flatMap(({ environment }) => environment ?? [])),
  )
  return [...new Map([...inStages, ...leftOver].map((each) => [each.id, each])).values()]
}

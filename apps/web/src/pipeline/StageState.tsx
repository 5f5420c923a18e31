import { healthLook } from '../environments/health.ts'
import { ExecutionState } from '../executions/ExecutionState.tsx'
import { State } from '../ui/State.tsx'
import type { StageShown } from './pipeline-shown.ts'

/** How a stage is in a word or two: held by a person, what is done in it, else the worst of what is live. */
export function StageState({ stage }: { stage: StageShown }) {
  const { hold, holder, last } = stage
  return (
    <>
      {hold ? <State kind="held">Held</State> : null}
      {holder ? (
        <ExecutionState status={holder.status} />
      ) : last?.status === 'failed' && !last.hasPassed ? (
        <State kind="bad">Last one failed</State>
      ) : (
        <WorstHealth stage={stage} />
      )}
    </>
  )
}

const worstFirst = ['crashed', 'unhealthy', 'unknown', 'starting', 'stopped', 'healthy']

function WorstHealth({ stage }: { stage: StageShown }) {
  const known = stage.waves.flatMap(({ targets }) =>
    targets.flatMap(({ environment }) => (environment?.live ? [environment.health] : [])),
  )
  const worst = worstFirst.find((health) => known.some((each) => each === health))
  if (worst === undefined) return null
  const { kind, word } = healthLook(worst)
  return <State kind={kind}>{word}</State>
}

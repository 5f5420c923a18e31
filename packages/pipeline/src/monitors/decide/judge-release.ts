import { disk } from '../disk/disk.ts'
import { faults } from '../faults/faults.ts'
import { latency } from '../latency/latency.ts'
import type { Facts, Judgement, Monitor } from '../monitor.ts'
import { requests } from '../requests/requests.ts'

/** In the order in which the first red one is told. */
const monitors: readonly Monitor[] = [faults, latency, requests, disk]

export type Verdict = {
  said: Array<Judgement & { monitor: string }>
  /** The first monitor that is red. */
  red: Extract<Judgement, { is: 'red' }> | undefined
  /** Looking on may tell more. */
  wantsMore: boolean
}

/** What all monitors say of a release at one look. Same facts, same verdict. */
export function judgeRelease(facts: Facts): Verdict {
  const said = monitors.flatMap((monitor) =>
    monitor.judge(facts).map((judgement) => ({ ...judgement, monitor: monitor.name })),
  )
  return {
    said,
    red: said.find((judgement) => judgement.is === 'red'),
    wantsMore: said.some((judgement) => judgement.is === 'inconclusive' && judgement.wantsMore),
  }
}

/**
 * The monitors that watch every new release while it bakes, with nothing configured. In: what the gate counted
 * before and after the switch, and the host's disks. Out: what each monitor says, and whether to go back or to look
 * on. Beside them the judgement of a canary, of what both releases answered in the same minutes. Pure, and imported by the agent, so that a host goes back by itself also with Slipway gone. Health is watched
 * beside them by the agent, which asks the app.
 * Always true: too little data is inconclusive, never fine; all looks together are wrong about at most one good
 * release in a hundred.
 */
export {
  addSlice,
  type CanaryEvidence,
  isSliceOver,
  noCanaryEvidence,
  sliceSeconds,
} from './decide/canary-evidence.ts'
export { type CanaryJudgement, judgeEvidence } from './decide/judge-canary.ts'
export { judgeRelease, type Verdict } from './decide/judge-release.ts'
export type { DiskFacts, Traffic } from './monitor.ts'

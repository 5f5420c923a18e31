/**
 * The story of a push: revision → release → execution → deployment. In: pushes, buttons, changed configurations,
 * and the answers of what it asked for. Out: jobs that build and deploy, what is live, read models of how far
 * everything is and why not further.
 * Always true: `decide/advance` alone moves an execution, from its recorded events; one execution holds a stage;
 * nothing older enters after something newer but a rollback; every wait has a timer; no rollback asks billing.
 * Left to others: how a target is deployed (cloud), what a host does (the agent), who may (the api).
 */
export { approveCheck, overrideCheck, rejectCheck } from './act-on-check.ts'
export { cancelExecution, deployExecution, rollBack } from './actions.ts'
export { answerHook } from './answer-hook.ts'
export { type Status, statuses } from './decide/status.ts'
export { followExecution } from './follow-execution.ts'
export { type HookKey, replaceHookKey, showHookKeys } from './gates/hook/hook-keys.ts'
export { holdStage, releaseStage } from './hold-stage.ts'
export type { Infrastructure } from './infrastructure-change.ts'
export { type PipelineSettings, pipelineJobs } from './jobs.ts'
export { liftBad } from './lift-bad.ts'
export type { CheckShown } from './read/check-shown.ts'
export { type CommitFollowed, followCommits } from './read/follow-commits.ts'
export { type CanaryShown, getCanaries } from './read/get-canaries.ts'
export { type DeliveryShown, getDeliveryFigures } from './read/get-delivery-figures.ts'
export { type ExecutionShown, getExecution, type PartShown } from './read/get-execution.ts'
export { getMonitors, type MonitorShown, type MonitorsShown } from './read/get-monitors.ts'
export { getPipeline } from './read/get-pipeline.ts'
export { getPlan, type PlanShown } from './read/get-plan.ts'
export { type ApprovalWaiting, listApprovalsWaiting } from './read/list-approvals.ts'
export { type CommitListed, listCommits } from './read/list-commits.ts'
export { type DeploymentListed, listDeployments } from './read/list-deployments.ts'
export {
  type ExecutionListed,
  listExecutions,
  listPushesWaiting,
  type PushWaiting,
} from './read/list-executions.ts'
export { listReleases, type ReleaseListed } from './read/list-releases.ts'
export type { PipelineShown } from './read/pipeline-shown.ts'
export { receivePush } from './receive-push.ts'
export { recordEvent } from './record-event.ts'
export { beginPipelineSweep } from './sweep.ts'

/**
 * AWS in customers' accounts. In: a connection that a person began, and what an environment should be. Out: roles
 * that are proven to be ours alone, stacks made as asked, hosts and runners that are known for what they are.
 * Always true: every call runs in a session for one organisation, one account and one purpose, assumed by the
 * worker alone; no credential is kept; all that Slipway may do stands in permissions/; nothing that holds data
 * is ever replaced. Waiting is a result (`wait`, with a time), never a sleeping worker.
 * Left to others: what runs on a host (the agent), commands to it (hosts), when anything is deployed (pipeline).
 */
export { type CloudAccountState, cloudAccountStates, readAccountNumber } from './account.ts'
export type { Alarm } from './alarms/describe-alarms.ts'
export { readAlarms } from './alarms/read-alarms.ts'
export { storedAlarms } from './alarms/stored-alarm.ts'
export { alarmOf } from './alarms/watch-alarms.ts'
export { artifactKey, artifactsWaitFor, bringArtifact } from './artifacts.ts'
export { type Base, readBase } from './base/ensure-base.ts'
export { type Cloud, openCloud, stopAssumption } from './cloud.ts'
export type { AgentFiles, CloudConfig, ConnectConfig } from './cloud-config.ts'
export { beginConnection } from './connect/begin-connection.ts'
export type { Check } from './connect/checks.ts'
export { consumeAnnouncements } from './connect/consume-announcements.ts'
export { disconnect } from './connect/disconnect.ts'
export { checkAgain, typeAccountNumber } from './connect/learn-account.ts'
export { listPermissions, type PermissionGroup, type PermissionLine } from './connect/list-permissions.ts'
export { quickCreateLink } from './connect/quick-create-link.ts'
export {
  type CloudAccountDetail,
  type CloudAccountSummary,
  getCloudAccount,
  listCloudAccounts,
} from './connect/read-cloud-accounts.ts'
export { connectTemplate, templateVersion } from './connect/template.ts'
export type { Stays } from './connect/what-stays.ts'
export { type Cost, type CostLine, type CostShown, showAmount, showCost } from './costs/cost.ts'
export { alarmLine, costOf, objectsLine, snapshotLine, volumeLine } from './costs/price.ts'
export { readStandingCosts } from './costs/read-standing-costs.ts'
export { runnerCost } from './costs/runner-cost.ts'
export { explainRefusal } from './decide/explain-refusal.ts'
export { functionMegabytesOf } from './decide/function-megabytes.ts'
export { instanceTypeOf, memoryMegabytesMax } from './decide/instance-type.ts'
export {
  deleteSnapshot,
  getSnapshot,
  gigabytesOf,
  listSnapshots,
  type Snapshot,
  type SnapshotReason,
  takeSnapshot,
} from './disks/snapshots.ts'
export { switchHost } from './hosts/switch-host.ts'
export { cloudJobs } from './jobs.ts'
export { baseStackName, bucketName, environmentStackName } from './names.ts'
export { publishNames, withdrawNames } from './publish-name.ts'
export { readRunner, runnerSteps } from './runner/runner-steps.ts'
export { deleteSecret, putSecret } from './secrets.ts'
export { deleteStack } from './stacks/delete-stack.ts'
export type { ClusterConfig } from './targets/cluster/cluster-config.ts'
export { idleClusterCost } from './targets/cluster/cluster-cost.ts'
export type { FunctionConfig } from './targets/function/function-config.ts'
export { functionCost } from './targets/function/function-cost.ts'
export { targets } from './targets/index.ts'
export {
  attachDisk,
  detachDisk,
  dropVolume,
  forgetVolume,
  volumeNumbers,
} from './targets/server/exchange-disk.ts'
export { type ServerStatus, serverCost } from './targets/server/index.ts'
export type { ServerConfig } from './targets/server/server-config.ts'
export type { StaticConfig } from './targets/static/static-config.ts'
export { staticCost } from './targets/static/static-cost.ts'
export type {
  AccountContext,
  DeployContext,
  DeployStep,
  Memory,
  Step,
  StepResult,
  Target,
} from './targets/target.ts'

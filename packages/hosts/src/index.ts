/**
 * The register of hosts and runners: who they are, what they were told, how they are, and what they said. In:
 * rows that cloud expects an instance for, messages of agents as the api's channel checked them. Out: jobs that
 * follow a command's end, evidence of running services for billing, read models for screens. Always true: a
 * command ends once, whoever answers first; a host is believed about itself alone. What a proof of identity is
 * worth is judged by cloud (`proveHost`), what a command means by whoever sends it.
 */
export {
  type Canary,
  type CanarySide,
  readCanaries,
  storeCanaryMinute,
} from './canary-minutes.ts'
export {
  commandAccepted,
  commandChannel,
  commandProgress,
  endCommand,
  type PendingCommand,
  pendingCommands,
  readCommand,
  type SendCommand,
  sendCommand,
  stopCommands,
} from './commands.ts'
export { type MetricRange, type MetricSteps, metricRanges, metricSteps } from './decide/metric-steps.ts'
export {
  admitHost,
  askToEnrol,
  type Enrolment,
  enrolmentChannel,
  getEnrolment,
  proveHost,
  refuseHost,
} from './enrol.ts'
export { accountRunners, environmentHosts, type HostView } from './environment-hosts.ts'
export { channelErrors } from './host-errors.ts'
export { hostsJobs } from './jobs.ts'
export { type LogChunk, type LogPage, readLogs, sayInLog, storeLogs } from './logs.ts'
export { mayWrite } from './may-write.ts'
export { measuredMinutes } from './measured-minutes.ts'
export { storeMinute } from './metrics.ts'
export { findConnectingHost, hostConnected, hostLost, type KnownHost, storeHealth } from './presence.ts'
export { type Metrics, readMetrics } from './read-metrics.ts'
export {
  type HostMinute,
  readMinutes,
  type ServiceMinute,
} from './read-minutes.ts'
export {
  expectHost,
  expectMembers,
  findHost,
  findHosts,
  getHost,
  type HostFacts,
  type HostPlace,
  type HostState,
  type HostSummary,
  markHost,
  updateHost,
} from './register.ts'
export { cancelRun, listRuns, type Run, type RunState, runWentWrong, startRun, storeRun } from './runs.ts'
export { type LogSearch, type LogsFound, logCursor, searchLogs } from './search-logs.ts'
export { type TrafficSince, trafficSince } from './traffic-since.ts'
export { recordAlive } from './usage.ts'

/**
 * What every floor stands on: ids, money, time, errors for people, logging, configuration. A closed list:
 * it grows by a decision in docs/decisions, never because a helper needs a home.
 */
export { type Clock, offsetClock, realClock, stoppedClock } from './clock.ts'
export { ConfigError, readConfig } from './config.ts'
export {
  type AppId,
  asId,
  type CloudAccountId,
  type DeploymentId,
  type DiskRestoreId,
  type DiskSnapshotId,
  type EnvironmentId,
  type ExecutionId,
  type HostCommandId,
  type HostId,
  hostIdOfInstance,
  type Id,
  type IdKind,
  isId,
  newId,
  type OrganisationId,
  type ReleaseId,
  type RevisionId,
  type RunId,
  type ServiceId,
  type UserId,
} from './ids.ts'
export { type Log, makeLog } from './log.ts'
export {
  formatMoney,
  fromCents,
  type MicroDollars,
  microDollarsPerCent,
  microDollarsPerDollar,
  toCents,
} from './money.ts'
export { describeError, notFound, UserError, type UserErrorFields, type UserErrorKind } from './user-error.ts'

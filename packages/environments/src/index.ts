/**
 * Apps, their environments, services and variables. In: what a person asks for, and the plan of a release that
 * became healthy. Out: rows, read models for screens, and the configuration that a release takes along.
 * Always true: a service keeps its public name; a secret's value lies in the customer's Parameter Store and
 * nowhere else; a change of the configuration tells the pipeline in the same transaction.
 * Left to others: what is deployed when (pipeline), what stands at AWS (cloud), who may (the api).
 */

export { type Configuration, configurationOf, parameterOf } from './configuration.ts'
export { type AppSettings, changeAppSettings, createApp, type NewApp } from './create-app.ts'
export { type DeletionPlan, deleteApp, getDeletionPlan } from './delete-app.ts'
export {
  type DisksShown,
  deleteSnapshotOf,
  type RestoreShown,
  readDisks,
  restoreDisk,
  type SnapshotShown,
  takeSnapshotNow,
} from './disks/disks.ts'
export { type ChoosePort, ensureEnvironments, type Wanted } from './ensure-environments.ts'
export {
  type App,
  type Environment,
  environmentsOf,
  findApp,
  findEnvironment,
  getAppById,
  getEnvironmentById,
} from './find-app.ts'
export { type FirstSteps, getFirstSteps } from './first-steps.ts'
export { chooseGatePort, type GatePorts, gatePortsSetting } from './gate-port.ts'
export { type AppShown, getApp } from './get-app.ts'
export { type EnvironmentShown, getEnvironment } from './get-environment.ts'
export { getMetrics } from './get-metrics.ts'
export { healthIn, isHosted, isStanding, type ServiceHealth } from './health.ts'
export { environmentsJobs } from './jobs.ts'
export { type AppListed, listApps } from './list-apps.ts'
export { type EnvironmentListed, listEnvironments } from './list-environments.ts'
export { setCompute, setLiveRelease, setMachine } from './live-release.ts'
export { type AppCosts, type EnvironmentCost, getEnvironmentCost, listAppCosts } from './read-costs.ts'
export { cancelCommand, type RunsShown, readRuns, runCommand } from './runs.ts'
export type { Sealing } from './sealing.ts'
export { type ServiceLinesFound, searchEnvironmentLogs } from './search-environment-logs.ts'
export { type SecretsReady, secretsReady } from './secrets-ready.ts'
export { adoptServices, prepareServices, type Service, servicesOf } from './services.ts'
export { type LiveRelease, liveReleaseOf } from './shown-release.ts'
export { type AppsUrl, urlOf } from './url.ts'
export { listVariables, removeVariable, setVariable, type VariableListed } from './variables.ts'

/**
 * What a revision asks for. In: the files of a revision (a `Tree`, so that a git repository is read without a
 * checkout). Out: an `AppPlan`, or every problem at once with file, line, column and the nearest right name.
 * What slipway.yaml leaves out is detected; what is detected says why. Nothing here runs, writes or decides
 * where an app goes: that is left to pipeline and cloud.
 */
export {
  type AppPlan,
  type Architecture,
  appPlanSchema,
  type Compute,
  type ComputeKind,
  type CronPlan,
  computeKinds,
  type DiskPlan,
  diskTypes,
  hasHosts,
  type Machine,
  type PlanResult,
  type Runtime,
  type SecretPlan,
  type ServicePlan,
  type Size,
  type SnapshotPlan,
  servicePlanSchema,
  sizes,
} from './app-plan.ts'
export { detect } from './detect/detect.ts'
export type { Detection } from './detect/detection.ts'
export { nearest } from './nearest.ts'
export { type Generating, generatedDepthMax, planGenerated } from './pipeline/generated.ts'
export {
  type AskedCheck,
  type Grant,
  grantSchema,
  metrics,
  type PipelinePlan,
  type PlannedCheck,
  type PlannedMonitor,
  type PlannedStage,
  type PlannedWave,
} from './pipeline/pipeline-plan.ts'
export { plan } from './plan.ts'
export { describeProblem, formatPlace, type ManifestProblem, type Place, problemsError } from './problem.ts'
export { generatedFile, type ManifestResult, manifestFile, readManifest } from './read-manifest.ts'
export type { ScalePlan } from './scale.ts'
export { nextTick, type Schedule } from './schedule.ts'
export type { Manifest } from './schema.ts'
export { type Tree, type TreeEntry, treeOf } from './tree.ts'
export { architectureOfInstance } from './whole-app.ts'

/**
 * What the agent on a host and the api say to each other, and what a host finds on its disk and in its bucket.
 * Shapes only, each once; both sides parse with them. Unknown fields are ignored, so that the newer side may
 * add one; a change that the older side must not ignore raises `protocolVersion`.
 */

export {
  type BuildOutput,
  type BuildSpec,
  type BuildSpecInput,
  buildOutput,
  buildSpec,
  type DeployOutput,
  deployOutput,
} from './build-spec.ts'
export { type MinuteOfCanary, minuteOfCanary } from './canary-minute.ts'
export {
  type HostCommand,
  type HostCommandInput,
  type HostCommandKind,
  hostCommand,
  knowsCommand,
} from './commands.ts'
export { type DatadogOutput, type DatadogSpec, datadogOutput, datadogSpec } from './datadog-spec.ts'
export {
  type Architecture,
  type Archive,
  architecture,
  archiveOf,
  type Canary,
  type DeployedService,
  type DeploymentSpec,
  type DeploymentSpecInput,
  deployedService,
  deploymentSpec,
  type Hooks,
  type LimitedCommand,
  type Pointer,
  pointer,
  pointerKey,
  releaseKey,
} from './deployment-spec.ts'
export { readFrame } from './frame.ts'
export { type FunctionStart, functionStart, functionStartFiles } from './function-start.ts'
export { type HostFile, hostFile, hostFilePath } from './host-file.ts'
export { latencyBoundsMilliseconds } from './latency-bounds.ts'
export {
  buildStream,
  checkStream,
  deploymentStream,
  type LogLine,
  logLine,
  logLineLengthMax,
  logStream,
  runStream,
  serviceStream,
} from './log-lines.ts'
export {
  type AgentMessage,
  type ApiMessage,
  agentMessage,
  apiMessage,
  type CommandOutcome,
  frameBytesMax,
  type IdentityProof,
  identityProof,
  type MinuteOfHost,
  type MinuteOfService,
  proofText,
  type ServiceHealth,
} from './messages.ts'
export { type RunOutput, type RunReport, type RunSpec, runOutput, runReport, runSpec } from './run-spec.ts'
export {
  notFoundFile,
  redirectLengthMax,
  type SiteFolder,
  type SiteList,
  type SiteOutput,
  type SiteRedirect,
  type SiteSpec,
  type SiteSpecInput,
  siteFilesMax,
  siteFolder,
  siteList,
  siteMetadata,
  siteOutput,
  siteSpec,
} from './site-spec.ts'
export {
  type ArtifactsKept,
  artifactBytesMax,
  artifactsKept,
  generatedLengthMax,
  outputLengthMax,
  type StepArtifacts,
  type StepOutput,
  type StepSpec,
  type StepSpecInput,
  stepOutput,
  stepSpec,
} from './step-spec.ts'
export { userErrorFields } from './user-error-fields.ts'
export { protocolOldest, protocolVersion, speaks } from './version.ts'

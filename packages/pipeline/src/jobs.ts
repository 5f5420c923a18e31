import type { Cloud } from '@slipway/cloud'
import type { AppsUrl, GatePorts, Sealing } from '@slipway/environments'
import type { Handler } from '@slipway/jobs'
import { advanceExecutionHandler } from './advance-execution.ts'
import { cancelAppHandler } from './cancel-app.ts'
import { deployConfigurationHandler } from './deploy-configuration.ts'
import { type BuildSettings, buildHandler } from './effects/build.ts'
import { checkHandler } from './effects/check.ts'
import { deadlineHandler } from './effects/deadline.ts'
import { type DeploySettings, deployHandlers } from './effects/deploy.ts'
import { rehearseHandler } from './effects/rehearse.ts'
import { stopBuildHandler, stopCheckHandler, stopDeployHandler } from './effects/stop.ts'
import { type TellSettings, tellFailedHandler } from './effects/tell-failed.ts'
import { tellSupersededHandler } from './effects/tell-superseded.ts'
import { type GateSettings, openOutside } from './gates/outside.ts'
import { runTarget } from './run-target.ts'
import { runRunnerBuild } from './runner-build.ts'
import { sweepHandler } from './sweep.ts'

export type PipelineSettings = {
  cloud: Cloud
  sealing: Sealing
  /** Ports that the gates of new environments may listen on. */
  gatePorts: GatePorts
  /** Address of an app's repository for git, as runners reach it. */
  gitUrl(organisationSlug: string, app: string): string
  /** Where services answer. */
  appsUrl: AppsUrl
  /** Origins that monitors may ask though they lie in an inner network; none without it. */
  innerOrigins?: readonly string[]
  /** Where the answer to a hook is awaited, at an address that ends with its token. */
  hookAnswerUrl(token: string): string
} & TellSettings

/** What the worker does for this package. */
export function pipelineJobs(settings: PipelineSettings): Handler[] {
  return handlersWith({
    ...settings,
    runBuild: (build, wake, context) => runRunnerBuild(settings, build, wake, context),
    runTarget: (deployment, wake, context) => runTarget(settings.cloud, deployment, wake, context),
  })
}

/** The same with other hands for what happens outside of Slipway. */
export function handlersWith(
  settings: BuildSettings & GateSettings & DeploySettings & TellSettings,
): Handler[] {
  return [
    advanceExecutionHandler(),
    buildHandler(settings),
    ...deployHandlers(settings, openOutside(settings)),
    checkHandler(settings),
    rehearseHandler(settings),
    stopBuildHandler(),
    stopCheckHandler(),
    stopDeployHandler(),
    deadlineHandler(),
    tellFailedHandler(settings),
    tellSupersededHandler(settings),
    deployConfigurationHandler(),
    cancelAppHandler(),
    sweepHandler(),
  ]
}

import { baseSteps, late } from '../../base/base-steps.ts'
import { templateVersionWithFunctions } from '../../connect/template.ts'
import { askEdge } from '../../edge/ask-edge.ts'
import { edgeStep } from '../../edge/ensure-edge.ts'
import { hostName, publishNames, recordsFor } from '../../publish-name.ts'
import { releaseStep } from '../copy-release.ts'
import type { Target } from '../target.ts'
import type { FunctionConfig } from './function-config.ts'
import { functionCost } from './function-cost.ts'
import { functionsOf } from './function-of.ts'
import { provisionFront, provisionFunctions } from './provision-functions.ts'
import { publishVersions } from './publish-versions.ts'
import { removeFunctions } from './remove-functions.ts'
import { askNext, switchVersion } from './switch-version.ts'

/** The status with which each host name answers its health path now; undefined where it does not answer. */
type FunctionStatus = { answers: Record<string, number | undefined> }

/** An account that was connected by an older template can have no function. */
const needs = {
  version: templateVersionWithFunctions,
  code: 'cloud-account-before-functions',
  what: 'functions',
}

/** Lambda behind CloudFront: a version for each release, and an alias that says which is live. Idle, it costs nothing. */
export const lambdaFunction: Target<FunctionConfig, FunctionStatus> = {
  kind: 'function',
  steps: [
    ...baseSteps,
    releaseStep((config: FunctionConfig) => config),
    edgeStep(needs),
    {
      name: 'functions',
      title: 'Functions',
      limitSeconds: 900,
      late: () => late('The functions', 'aws-functions-late'),
      run: provisionFunctions,
    },
    {
      name: 'front',
      title: 'CloudFront',
      // A first distribution takes minutes, and its certificate as long as AWS needs to see the proof.
      limitSeconds: 3600,
      late: () => late('The distribution', 'aws-distribution-late'),
      run: provisionFront,
    },
    {
      name: 'publish',
      title: 'Name',
      limitSeconds: 120,
      late: () => late("The app's name", 'aws-name-late'),
      async run(context) {
        const { cloud, config } = context
        const { domain } = await functionsOf(context, config.environmentId)
        const records = config.services.flatMap(({ name, publicName }) =>
          recordsFor(cloud, [publicName], { type: 'CNAME', value: domain(name) }),
        )
        await publishNames(cloud, records)
        return { state: 'done' }
      },
    },
    {
      name: 'version',
      title: 'Version',
      limitSeconds: 600,
      late: () => late('The version of the function', 'aws-functions-late'),
      run: publishVersions,
    },
    {
      name: 'ask',
      title: 'Health',
      // Each service has its own time; this is for one that nobody could look at.
      limitSeconds: 3600,
      late: () => late('The first answer', 'aws-functions-late'),
      run: askNext,
    },
    {
      name: 'switch',
      title: 'Switch',
      // It ends by itself before; this is for one that nobody could look at.
      limitSeconds: 24 * 3600,
      late: () => late('The switch', 'aws-switch-late'),
      run: switchVersion,
    },
  ],
  async observe(context) {
    const { cloud, config } = context
    const { domain } = await functionsOf(context, config.environmentId)
    const answers = await Promise.all(
      config.services.map(async ({ name, publicName, health }) => {
        const host = hostName(cloud, publicName)
        const of = { domain: domain(name), host, path: health?.path ?? '/' }
        const answer = await askEdge(of, cloud.config.edgeEndpoint)
        return [host, 'problem' in answer ? undefined : answer.status] as const
      }),
    )
    return { answers: Object.fromEntries(answers) }
  },
  remove: removeFunctions,
  idleCost: (config, region) => functionCost({ releaseBytes: config.release.sizeBytes }, region),
}

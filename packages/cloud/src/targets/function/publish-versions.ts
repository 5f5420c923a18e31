import { createHash } from 'node:crypto'
import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PublishVersionCommand,
  paginateListVersionsByFunction,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { UserError, type UserErrorFields } from '@slipway/core'
import { bucketOf } from '../../copy-object.ts'
import { functionName } from '../../names.ts'
import type { DeployContext, StepResult } from '../target.ts'
import type { FunctionConfig, FunctionService } from './function-config.ts'
import { functionsOf } from './function-of.ts'
import { type FunctionSettings, settingsOf } from './function-settings.ts'

/** AWS takes about as long for the change of a function. */
const lookAgainMilliseconds = 1000

/**
 * Publishes the release as a version of each function, and remembers which. Nobody is led to it yet. A version that was
 * published before is taken as it is: its description says of what it is made. Safe to repeat.
 */
export async function publishVersions(context: DeployContext<FunctionConfig>): Promise<StepResult> {
  const { config, clock } = context
  const { lambda } = await functionsOf(context, config.environmentId)
  const versions: Record<string, string> = {}
  for (const service of config.services) {
    const found = await publish(context, lambda, service)
    if (typeof found !== 'string') return { state: 'failed', error: found }
    if (found === '') {
      const until = new Date(clock.now().getTime() + lookAgainMilliseconds)
      return { state: 'wait', until, on: `Lambda to change the function ${service.name}` }
    }
    versions[service.name] = found
  }
  return { state: 'done', memory: { versions: JSON.stringify(versions) } }
}

/** The version's number, or an empty text while AWS is at work. */
async function publish(
  context: DeployContext<FunctionConfig>,
  lambda: LambdaClient,
  service: FunctionService,
): Promise<string | UserErrorFields> {
  const { config, region } = context
  const FunctionName = functionName(config.environmentId, service.name)
  const settings = settingsOf(config, service, region)
  if ('error' in settings) return settings.error
  const description = describe(config, settings)
  const known = await findVersion(lambda, FunctionName, description)
  if (known !== undefined) return known
  const latest = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
  if (latest.LastUpdateStatus === 'InProgress' || latest.State === 'Pending') return ''
  if (!hasSettings(latest, settings)) {
    await context.say(`Setting up the function ${service.name} for release ${config.release.number}`)
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...settings }))
    return ''
  }
  if (latest.LastUpdateStatus === 'Failed') return updateFailed(service.name, latest)
  const CodeSha256 = Buffer.from(config.release.digest, 'hex').toString('base64')
  const Architectures = [architectures[config.release.architecture]]
  if (latest.CodeSha256 !== CodeSha256 || latest.Architectures?.[0] !== Architectures[0]) {
    const { bucket } = await bucketOf(context)
    const S3Key = config.release.key
    const updated = await lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName, S3Bucket: bucket, S3Key, Architectures }),
    )
    if (updated.CodeSha256 !== CodeSha256) throw changedBuild()
    return ''
  }
  const published = await lambda.send(
    new PublishVersionCommand({ FunctionName, CodeSha256, Description: description }),
  )
  await context.say(`Release ${config.release.number} is version ${published.Version} of ${service.name}`)
  return published.Version ?? ''
}

const architectures = { x64: 'x86_64', arm64: 'arm64' } as const

/** What a version is made of, so that it is found again. */
function describe({ release }: FunctionConfig, settings: FunctionSettings): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([settings, release.architecture]))
    .digest('hex')
  return `${release.digest.slice(0, 32)} ${digest.slice(0, 32)}`
}

async function findVersion(
  client: LambdaClient,
  FunctionName: string,
  description: string,
): Promise<string | undefined> {
  for await (const { Versions = [] } of paginateListVersionsByFunction({ client }, { FunctionName })) {
    const found = Versions.find((one) => one.Description === description && one.Version !== '$LATEST')
    if (found?.Version !== undefined) return found.Version
  }
  return undefined
}

function hasSettings(is: FunctionConfiguration, wanted: FunctionSettings): boolean {
  const variables = (of: Record<string, string> | undefined) =>
    JSON.stringify(Object.entries(of ?? {}).sort())
  return (
    is.Runtime === wanted.Runtime &&
    is.Handler === wanted.Handler &&
    is.MemorySize === wanted.MemorySize &&
    is.Timeout === wanted.Timeout &&
    is.Layers?.map(({ Arn }) => Arn).join() === wanted.Layers.join() &&
    variables(is.Environment?.Variables) === variables(wanted.Environment.Variables)
  )
}

function updateFailed(service: string, { LastUpdateStatusReason }: FunctionConfiguration): UserErrorFields {
  return {
    code: 'aws-function-update-failed',
    kind: 'failed',
    what: `Lambda could not change the function ${service}.`,
    why: LastUpdateStatusReason ?? 'It gave no reason.',
    todo: 'Deploy again. What is live stays as it is.',
  }
}

function changedBuild(): UserError {
  return new UserError({
    code: 'deployment-build-changed',
    kind: 'failed',
    what: 'The build that lies in the bucket is not the one that was made.',
    why: 'Lambda says another SHA-256 of it than the runner did: somebody wrote over it.',
    todo: 'Push the commit again, so that it is built anew.',
  })
}

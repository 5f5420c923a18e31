import type { Runtime } from '@aws-sdk/client-lambda'
import type { UserErrorFields } from '@slipway/core'
import type { FunctionConfig, FunctionService } from './function-config.ts'

// Published by its authors for everybody: https://awslabs.github.io/aws-lambda-web-adapter/getting-started/zip-packages.html
const adapterVersion = 26
const adapterAccount = '753240598075'

/** Where the adapter finds the app. */
const port = 8080
/** What a request may take, a stream from its first byte to its last; the adapter and CloudFront know shorter silences. */
const timeoutSeconds = 300
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const environmentBytesMax = 4096

export type FunctionSettings = {
  Runtime: Runtime
  Handler: string
  MemorySize: number
  Timeout: number
  Layers: string[]
  Environment: { Variables: Record<string, string> }
}

/**
 * How a function runs a service: the adapter's wrapper runs the start script that the runner put into the archive, which
 * reads what follows in SLIPWAY_FUNCTION. Variables of the app are in there too, since Lambda knows names that it takes
 * for itself.
 */
export function settingsOf(
  { release, variables, secrets, memoryMegabytes }: FunctionConfig,
  { name, run, root }: FunctionService,
  region: string,
): FunctionSettings | { error: UserErrorFields } {
  const layer = release.architecture === 'arm64' ? 'LambdaAdapterLayerArm64' : 'LambdaAdapterLayerX86'
  const Variables = {
    AWS_LAMBDA_EXEC_WRAPPER: '/opt/bootstrap',
    AWS_LWA_PORT: String(port),
    AWS_LWA_INVOKE_MODE: 'response_stream',
    AWS_LWA_READINESS_CHECK_PROTOCOL: 'tcp',
    // A start of more than ten seconds goes on into the first request instead of failing.
    AWS_LWA_ASYNC_INIT: 'true',
    SLIPWAY_FUNCTION: JSON.stringify({
      service: name,
      release: release.number,
      run,
      root,
      variables,
      secrets,
    }),
  }
  const bytes = Object.entries(Variables).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0)
  if (bytes > environmentBytesMax) return { error: tooManyVariables(bytes) }
  return {
    Runtime: 'nodejs24.x',
    Handler: '.slipway/start.sh',
    MemorySize: memoryMegabytes,
    Timeout: timeoutSeconds,
    Layers: [`arn:aws:lambda:${region}:${adapterAccount}:layer:${layer}:${adapterVersion}`],
    Environment: { Variables },
  }
}

function tooManyVariables(bytes: number): UserErrorFields {
  return {
    code: 'function-variables-too-large',
    kind: 'failed',
    what: `The variables of this app take ${bytes.toLocaleString('en-US')} bytes, and a function has room for ${environmentBytesMax.toLocaleString('en-US')}.`,
    why: 'Lambda keeps the variables of a function, with what is needed to start it, in 4 KB.',
    todo: 'Make the large ones secrets, whose values the function reads when it starts, or name `kind: server` in a new app or stage.',
  }
}

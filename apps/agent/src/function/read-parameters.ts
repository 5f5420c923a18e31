import { Sha256 } from '@aws-crypto/sha256-js'
import type { FunctionStart } from '@slipway/protocol'
import { SignatureV4 } from '@smithy/signature-v4'

/**
 * The values of secrets, in exactly the versions that were deployed, asked of Parameter Store with the credentials that
 * Lambda put into the environment. Without the SDK, which takes longer to load than this to answer. Throws where one is
 * missing.
 */
export async function readParameters(
  secrets: FunctionStart['secrets'],
  env: NodeJS.ProcessEnv,
): Promise<Record<string, string>> {
  const values = await Promise.all(
    secrets.map(async ({ name, parameter, version }) => {
      const value = await ask(`${parameter}:${version}`, env).catch((error: unknown) => {
        throw new Error(`the secret ${name} could not be read: ${error}`)
      })
      return [name, value] as const
    }),
  )
  return Object.fromEntries(values)
}

async function ask(Name: string, env: NodeJS.ProcessEnv): Promise<string> {
  const region = env.AWS_REGION ?? ''
  const url = new URL(env.AWS_ENDPOINT_URL ?? `https://ssm.${region}.amazonaws.com`)
  const credentials = {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }),
  }
  const signer = new SignatureV4({ service: 'ssm', region, credentials, sha256: Sha256 })
  const body = JSON.stringify({ Name, WithDecryption: true })
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port ? { port: Number(url.port) } : {}),
    path: '/',
    query: {},
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonSSM.GetParameter',
    },
    body,
  })
  const response = await fetch(url, { method: 'POST', headers, body })
  const text = await response.text()
  if (!response.ok) throw new Error(`Parameter Store answered ${response.status}: ${text.slice(0, 300)}`)
  const { Parameter }: { Parameter: { Value: string } } = JSON.parse(text)
  return Parameter.Value
}

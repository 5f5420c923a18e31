import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'

/**
 * For tests: one signed call of Lambda's API about functions, which the product never calls. Throws what AWS says,
 * with its code as the name, as its clients do.
 */
export async function askLambda(
  as: {
    endpoint: string
    region: string
    credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  },
  method: 'POST' | 'PUT',
  path: string,
  body: unknown,
): Promise<void> {
  const url = new URL(`/2015-03-31/functions${path}`, as.endpoint)
  const signer = new SignatureV4({
    service: 'lambda',
    region: as.region,
    credentials: as.credentials,
    sha256: Sha256,
  })
  const text = JSON.stringify(body)
  const { headers } = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    headers: { host: url.host, 'content-type': 'application/json' },
    body: text,
  })
  const answer = await fetch(url, { method, headers, body: text })
  const said = await answer.text()
  if (answer.ok) return
  const name = answer.headers.get('x-amzn-errortype') ?? /"(?:__type|Code)":\s*"([^"]+)/.exec(said)?.[1] ?? ''
  throw Object.assign(new Error(said), { name })
}

import { Sha256 } from '@aws-crypto/sha256-js'
import { SSMClient } from '@aws-sdk/client-ssm'
import type { IdentityProof } from '@slipway/protocol'
import { SignatureV4 } from '@smithy/signature-v4'

const body = 'Action=GetCallerIdentity&Version=2011-06-15'
const contentType = 'application/x-www-form-urlencoded; charset=utf-8'

/**
 * Signs a GetCallerIdentity request with the instance's own credentials, over the api's nonce and the agent's
 * key. Only what cannot be made by the other side is handed out: nothing else can be done with it.
 * Throws when the instance has no role.
 */
export async function signIdentity(options: {
  region: string
  stsEndpoint: string | undefined
  nonce: string
  key: string
}): Promise<IdentityProof> {
  const { region, nonce, key } = options
  const url = new URL(options.stsEndpoint ?? `https://sts.${region}.amazonaws.com`)
  // Any client finds the instance's credentials in the same way; the request to STS is signed here and sent by the api.
  const credentials = await new SSMClient({ region }).config.credentials()
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256, applyChecksum: true })
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port ? { port: Number(url.port) } : {}),
    path: '/',
    query: {},
    headers: { host: url.host, 'content-type': contentType, 'x-slipway-nonce': nonce, 'x-slipway-key': key },
    body,
  })
  const [, accessKeyId = '', signature = ''] =
    headers.authorization?.match(/Credential=([^/]+)\/.*Signature=([0-9a-f]{64})$/) ?? []
  return {
    accessKeyId,
    signature,
    date: headers['x-amz-date'] ?? '',
    token: headers['x-amz-security-token'] ?? '',
    region,
    key,
  }
}

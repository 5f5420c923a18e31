import { createHash } from 'node:crypto'
import { Sha256 } from '@aws-crypto/sha256-js'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import type { IdentityProof } from '@slipway/protocol'
import { SignatureV4 } from '@smithy/signature-v4'

const body = 'Action=GetCallerIdentity&Version=2011-06-15'

/**
 * For tests: what an agent on an instance sends. The account's root stands in for EC2, as the emulator lets it,
 * and gets the role's credentials under the instance's id.
 */
export async function signIdentity(options: {
  root: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } }
  roleArn: string
  instanceId: string
  nonce: string
  publicKey: string
  at?: Date
}): Promise<IdentityProof> {
  const { root, nonce } = options
  const { Credentials: given } = await new STSClient(root).send(
    new AssumeRoleCommand({ RoleArn: options.roleArn, RoleSessionName: options.instanceId }),
  )
  const credentials = {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  }
  const key = createHash('sha256').update(Buffer.from(options.publicKey, 'base64')).digest('hex')
  const url = new URL(root.endpoint)
  const signer = new SignatureV4({
    service: 'sts',
    region: root.region,
    credentials,
    sha256: Sha256,
    applyChecksum: true,
  })
  const { headers } = await signer.sign(
    {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      port: Number(url.port),
      path: '/',
      headers: {
        host: url.host,
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        'x-slipway-nonce': nonce,
        'x-slipway-key': key,
      },
      body,
    },
    { signingDate: options.at ?? new Date() },
  )
  return {
    accessKeyId: credentials.accessKeyId,
    token: credentials.sessionToken,
    date: headers['x-amz-date'] ?? '',
    signature: /Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? '')?.[1] ?? '',
    region: root.region,
    key,
  }
}

import { createHash } from 'node:crypto'
import type { IdentityProof } from '@slipway/protocol'

/** The request whose signature is the proof. All of it is ours but what the instance alone can know. */
const body = 'Action=GetCallerIdentity&Version=2011-06-15'
const contentType = 'application/x-www-form-urlencoded; charset=utf-8'
const signedHeaders = [
  'content-type',
  'host',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
  'x-slipway-key',
  'x-slipway-nonce',
].join(';')

const ageMillisecondsMax = 60_000

export type ProvenIdentity = {
  /** Twelve digits. */
  account: string
  /** Name of the role, without its path. */
  role: string
  instanceId: string
}

export type IdentityResult = { proven: true; identity: ProvenIdentity } | { proven: false; why: string }

/**
 * Whether an instance is who it says: it signed a GetCallerIdentity request over our nonce and its own key, and
 * we send that request to STS ourselves. Of what it sent only five fields are used, each checked by pattern
 * before (protocol's `identityProof`); method, host, path, body and the list of signed headers are ours, so that
 * nothing else can be had signed. `sts` is the endpoint that both sides are configured with, since the host is
 * signed. Throws when STS cannot be reached.
 */
export async function proveIdentity(
  proof: IdentityProof,
  options: { sts: string; nonce: string; regions: readonly string[]; now: Date },
): Promise<IdentityResult> {
  if (!options.regions.includes(proof.region))
    return { proven: false, why: 'it was signed for another region' }
  const signedAt = Date.parse(
    proof.date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  )
  if (!(Math.abs(signedAt - options.now.getTime()) <= ageMillisecondsMax))
    return {
      proven: false,
      why: 'it was signed more than a minute ago, or the clock of the instance is wrong',
    }
  const response = await fetch(new URL('/', options.sts), {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': contentType,
      'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
      'x-amz-date': proof.date,
      'x-amz-security-token': proof.token,
      'x-slipway-key': proof.key,
      'x-slipway-nonce': options.nonce,
      authorization: [
        `AWS4-HMAC-SHA256 Credential=${proof.accessKeyId}/${proof.date.slice(0, 8)}/${proof.region}/sts/aws4_request`,
        `SignedHeaders=${signedHeaders}`,
        `Signature=${proof.signature}`,
      ].join(', '),
    },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(5000),
  })
  const text = await response.text()
  if (response.status >= 500 || response.status === 429) throw new Error(`STS answered ${response.status}`)
  const caller = /arn:aws:sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/(i-[0-9a-f]{8,17})(?=["<])/.exec(text)
  const [, account, role, instanceId] = caller ?? []
  if (response.status !== 200 || !account || !role || !instanceId)
    return { proven: false, why: 'AWS did not accept the signature as one of an instance' }
  return { proven: true, identity: { account, role, instanceId } }
}

/** STS of a region, as hosts there and the worker both name it. */
export function stsEndpoint(region: string, awsEndpoint: string | undefined): string {
  return awsEndpoint ?? `https://sts.${region}.amazonaws.com`
}

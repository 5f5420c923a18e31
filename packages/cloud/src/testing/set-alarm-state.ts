import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'

/** For tests: puts an alarm into a state, as its metric would. The product never does. */
export async function setAlarmState(
  as: {
    endpoint: string
    region: string
    credentials: { accessKeyId: string; secretAccessKey: string }
  },
  name: string,
  state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA',
): Promise<void> {
  const url = new URL(as.endpoint)
  const signer = new SignatureV4({
    service: 'monitoring',
    region: as.region,
    credentials: as.credentials,
    sha256: Sha256,
  })
  const body = JSON.stringify({ AlarmName: name, StateValue: state, StateReason: `It was set to ${state}.` })
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: '/',
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'GraniteServiceVersion20100801.SetAlarmState',
    },
    body,
  })
  const answer = await fetch(url, { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(await answer.text())
}

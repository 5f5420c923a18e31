import { randomUUID } from 'node:crypto'
import type { Call, FaultKind } from './fault.ts'

type Refused = Extract<FaultKind, 'throttled' | 'denied' | 'quota' | 'no capacity'>
type Said = { status: number; code: string; message: string }

export function isRefusal(kind: FaultKind): kind is Refused {
  return kind === 'throttled' || kind === 'denied' || kind === 'quota' || kind === 'no capacity'
}

/** The codes that the service's own reference names for it. */
function saidOf(kind: Refused, { service, action }: Call): Said {
  const isEc2 = service === 'ec2'
  const isJson = jsonServices.has(service)
  switch (kind) {
    case 'throttled':
      // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, and each service's common errors.
      if (isEc2) return { status: 503, code: 'RequestLimitExceeded', message: 'Request limit exceeded.' }
      if (service === 's3')
        return { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' }
      return { status: 400, code: isJson ? 'ThrottlingException' : 'Throttling', message: 'Rate exceeded' }
    case 'denied': {
      const message = `User is not authorized to perform: ${service}:${action}`
      if (isEc2) return { status: 403, code: 'UnauthorizedOperation', message }
      return { status: isJson ? 400 : 403, code: isJson ? 'AccessDeniedException' : 'AccessDenied', message }
    }
    case 'quota':
      return isEc2
        ? {
            status: 400,
            code: 'VcpuLimitExceeded',
            message: 'You have requested more vCPU capacity than your current vCPU limit allows.',
          }
        : { status: 400, code: 'LimitExceededException', message: 'A limit of this account is reached.' }
    case 'no capacity':
      return {
        status: 500,
        code: 'InsufficientInstanceCapacity',
        message: 'We currently do not have sufficient capacity in the Availability Zone you requested.',
      }
  }
}

const jsonServices = new Set(['ssm', 'sqs', 'logs', 'servicequotas', 'secretsmanager'])

/** What AWS would say, in the form in which that service says it. */
export function refusalOf(
  kind: Refused,
  call: Call,
): { status: number; headers: Record<string, string>; body: string } {
  const { status, code, message } = saidOf(kind, call)
  const id = randomUUID()
  if (jsonServices.has(call.service))
    return {
      status,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code },
      body: JSON.stringify({ __type: code, message }),
    }
  const error = `<Code>${code}</Code><Message>${message}</Message>`
  const bodies: Record<string, string> = {
    ec2: `<Response><Errors><Error>${error}</Error></Errors><RequestID>${id}</RequestID></Response>`,
    s3: `<Error>${error}<RequestId>${id}</RequestId></Error>`,
  }
  const usual = `<ErrorResponse><Error><Type>Sender</Type>${error}</Error><RequestId>${id}</RequestId></ErrorResponse>`
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>${bodies[call.service] ?? usual}`,
  }
}

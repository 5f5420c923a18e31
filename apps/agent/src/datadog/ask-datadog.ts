import type { SSMClient } from '@aws-sdk/client-ssm'
import type { DatadogOutput, DatadogSpec } from '@slipway/protocol'
import { z } from 'zod'
import { readSecrets } from '../deploy/read-secrets.ts'

/** To answer wholly, connecting included. */
const answerMilliseconds = 10_000

/** https://docs.datadoghq.com/api/latest/monitors/get-a-monitors-details/ */
const monitorSchema = z.object({
  overall_state: z.string().nullish(),
  overall_state_modified: z.string().nullish(),
})

/**
 * Asks Datadog how a monitor is, with keys that the host's own role reads from the environment's parameters. They go
 * to Datadog and nowhere else, and into no answer. `endpoint` stands in for the site's own. Whatever Datadog says, or
 * does not, is an answer. Throws `secret-not-readable`.
 */
export async function askDatadog(
  { site, monitor, apiKey, appKey }: DatadogSpec,
  { ssm, endpoint }: { ssm: SSMClient; endpoint: string | undefined },
  signal: AbortSignal,
): Promise<DatadogOutput> {
  const values = await readSecrets([apiKey, appKey], ssm, signal)
  const keyOf = (name: string) => values.get(name)?.trim() ?? ''
  try {
    const response = await fetch(`${endpoint ?? `https://api.${site}`}/api/v1/monitor/${monitor}`, {
      headers: {
        accept: 'application/json',
        'dd-api-key': keyOf(apiKey.name),
        'dd-application-key': keyOf(appKey.name),
      },
      // The keys follow nobody who points elsewhere.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMilliseconds)]),
    })
    const { state, since } = readMonitor(await response.text())
    return { is: 'answered', status: response.status, state, since }
  } catch (error) {
    signal.throwIfAborted()
    return { is: 'silent', words: wordsOf(error) }
  }
}

function readMonitor(text: string): { state: string | null; since: string | null } {
  const read = monitorSchema.safeParse(jsonOf(text))
  const short = (value: string | null | undefined) => value?.slice(0, 40) ?? null
  return { state: short(read.data?.overall_state), since: short(read.data?.overall_state_modified) }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** By its code alone: the message of a header that cannot be sent holds the key. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer'
  if (error.name === 'TimeoutError') return `no answer within ${answerMilliseconds / 1000} seconds`
  const { cause } = error
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? `no answer (${code})` : 'the question could not be sent with these keys'
}

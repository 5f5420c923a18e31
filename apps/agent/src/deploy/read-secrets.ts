import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import type { DeploymentSpec } from '@slipway/protocol'
import { hostFailures } from '../apps/failures.ts'

/**
 * Takes the secrets' values from the customer's parameter store with the host's own role, in exactly the
 * versions that were deployed. They are kept in memory alone. Throws `secret-not-readable`.
 */
export async function readSecrets(
  secrets: DeploymentSpec['secrets'],
  ssm: SSMClient,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const values = await Promise.all(
    secrets.map(async ({ name, parameter, version }): Promise<[string, string]> => {
      try {
        const { Parameter } = await ssm.send(
          new GetParameterCommand({ Name: `${parameter}:${version}`, WithDecryption: true }),
          { abortSignal: signal },
        )
        if (Parameter?.Value === undefined) throw new Error('it has no value')
        return [name, Parameter.Value]
      } catch (error) {
        signal?.throwIfAborted()
        throw hostFailures.noSecret(
          name,
          parameter,
          error instanceof Error ? `${error.name}: ${error.message}` : String(error),
        )
      }
    }),
  )
  return new Map(values)
}

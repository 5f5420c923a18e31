import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { realClock } from '@slipway/core'
import { connectionOf } from '../../account.ts'
import { functionLogGroup } from '../../names.ts'
import type { DeployContext } from '../target.ts'
import type { FunctionConfig } from './function-config.ts'

const linesMax = 20
/** A version that failed has printed within the time that its first answer may take. */
const backMilliseconds = 20 * 60_000

/**
 * The last lines that this version of a function has printed lately, by AWS's clock and not by the product's, oldest first;
 * none where its log cannot be read.
 */
export async function lastLines(
  context: DeployContext<FunctionConfig>,
  service: string,
  version: string,
): Promise<string[]> {
  const { db, cloud, organisationId, cloudAccountId, region, config, log } = context
  const connection = await db.inOrganisation(organisationId, (tx) => connectionOf(tx, cloudAccountId))
  const { logs } = await cloud.sessions.clients(connection, 'observe', region)
  try {
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({
        logGroupName: functionLogGroup(config.environmentId, service),
        startTime: realClock.now().getTime() - backMilliseconds,
      }),
    )
    // AWS names a stream by day, version and process: 2026/11/27/[3]0f…
    const lines = events.flatMap(({ message, logStreamName }) =>
      logStreamName?.includes(`[${version}]`) ? (message?.trimEnd() ?? []) : [],
    )
    // Each start that fails says the same again.
    return [...new Set(lines)].slice(-linesMax)
  } catch (error) {
    // The lines help; without them the reason stands all the same.
    log.warn({ error: String(error), service }, 'the log of a function could not be read')
    return []
  }
}

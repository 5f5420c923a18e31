import { type DeploymentSpec, type RunOutput, type RunSpec, runStream } from '@slipway/protocol'
import { hostFailures } from '../apps/failures.ts'
import { jobFailures } from './job-failures.ts'
import type { Jobs } from './jobs.ts'

/**
 * Runs the command of a person with the folder, the HOME and the values of a service that is deployed. Twice with one id
 * is once, until it is forgotten by `runJobId`. Throws the UserError that fits where it cannot, or took too long.
 */
export async function runAsService(
  id: string,
  { command: run, service: wanted, timeoutSeconds, runId }: RunSpec,
  { jobs, current, values }: { jobs: Jobs; current: DeploymentSpec; values: Record<string, string> },
  signal: AbortSignal,
): Promise<RunOutput> {
  const service = current.services.find(({ name }) => name === wanted)
  if (service === undefined) throw hostFailures.nothingDeployed()
  const { name, root, memoryMegabytes } = service
  const place = { id: runJobId(id), name, root, stream: runStream(runId) }
  await jobs.start({ ...place, run, timeoutSeconds, memoryMegabytes }, { spec: current, values })
  const end = await jobs.ended(place.id, signal)
  if (end.isTimedOut) throw jobFailures.tookTooLong(run, timeoutSeconds)
  return { code: end.code ?? null, seconds: end.seconds }
}

/** What the command is known by until its result is stored. */
export const runJobId = (commandId: string) => `run:${commandId}`

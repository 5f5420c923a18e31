import type { DeploymentSpec } from '@slipway/protocol'
import { deploymentStream } from '@slipway/protocol'
import { jobFailures } from './job-failures.ts'
import type { Jobs } from './jobs.ts'

/** HOME of the command, and what it reads as its service. */
const name = 'release'

/**
 * Runs the release command of a deployment, where it has one, and throws the UserError of `jobFailures` that fits where
 * it does not end well. The same `batch` runs it once: an agent that was started anew waits for what the one before began.
 */
export async function runReleaseCommand(
  { batch, spec, values }: { batch: string; spec: DeploymentSpec; values: Record<string, string> },
  { jobs, say }: { jobs: Jobs; say(line: string): void },
  signal: AbortSignal,
): Promise<void> {
  const { releaseCommand } = spec
  if (releaseCommand === undefined) return
  const id = releaseJobId(batch)
  say(`$ ${releaseCommand.run}`)
  const stream = deploymentStream(spec.deploymentId)
  try {
    await jobs.start({ ...releaseCommand, id, name, stream }, { spec, values })
    const end = await jobs.ended(id, signal)
    if (end.code !== 0 || end.isTimedOut) throw jobFailures.releaseFailed(releaseCommand, end)
  } catch (error) {
    await jobs.forget(id)
    throw error
  }
}

/** What it is known by until it is known to be over. */
export const releaseJobId = (batch: string) => `release:${batch}`

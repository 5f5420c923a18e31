import { z } from 'zod'

/** Longer lines are cut by the agent, with a word that they were. In UTF-16 units, as JavaScript counts. */
export const logLineLengthMax = 8_000

/** `at` is the host's clock, for reading only; order within a stream is the order of sequences. */
export const logLine = z.object({
  at: z.iso.datetime(),
  text: z.string().max(logLineLengthMax + 100),
  /** `out` and `error` are the program's two outputs, `slipway` what we say ourselves. */
  level: z.enum(['out', 'error', 'slipway']).optional(),
})
export type LogLine = z.infer<typeof logLine>

/**
 * `build:<executionId>`, `check:<executionId>:<place in the pipeline>`, `deployment:<deploymentId>`,
 * `service:<environmentId>:<service>` or `run:<runId>`.
 */
export const logStream = z
  .string()
  .regex(
    /^(build:exe_[0-9a-z]{4,40}|check:exe_[0-9a-z]{4,40}:[a-z0-9.-]{1,60}|deployment:dep_[0-9a-z]{4,40}|service:env_[0-9a-z]{4,40}:[a-z][a-z0-9-]{0,39}|run:run_[0-9a-z]{4,40})$/,
  )

export const buildStream = (executionId: string) => `build:${executionId}`
/** Of a step or a gate; `path` is its place, such as `staging/after/0`. */
export const checkStream = (executionId: string, path: string) =>
  `check:${executionId}:${path.replaceAll('/', '.')}`
export const deploymentStream = (deploymentId: string) => `deployment:${deploymentId}`
export const serviceStream = (environmentId: string, service: string) => `service:${environmentId}:${service}`
export const runStream = (runId: string) => `run:${runId}`

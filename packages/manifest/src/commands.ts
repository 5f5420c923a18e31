import { z } from 'zod'
import { command, duration } from './values.ts'

const releaseSecondsDefault = 600
/** Of a run of a cron service that names none. */
export const cronSecondsDefault = 3600

/** A shell command that ends by itself, with its time limit. */
export const releaseCommandPlan = z.object({
  run: z.string(),
  /** Its folder in the release, '' for the root. */
  root: z.string(),
  timeoutSeconds: z.int().positive(),
})
export type ReleaseCommandPlan = z.infer<typeof releaseCommandPlan>

/** `release:` of the manifest. */
export const releaseCommand = z.union([
  command,
  z.strictObject({
    run: command.meta({ description: 'The shell command.', examples: ['npm run migrate'] }),
    timeout: duration('1s', '4h')
      .meta({ description: 'After so long it is ended and has failed.', default: '10m', examples: ['1h'] })
      .optional(),
  }),
])

/** `overlap:` of a cron service. */
export const overlap = z.enum(['skip', 'allow', 'replace'])

/** `timeout:` of a cron service. */
export const cronTimeout = duration('1s', '1d')

export function releaseCommandOf(
  asked: z.infer<typeof releaseCommand> | undefined,
): ReleaseCommandPlan | null {
  if (asked === undefined) return null
  if (typeof asked === 'string') return { run: asked, root: '', timeoutSeconds: releaseSecondsDefault }
  return { run: asked.run, root: '', timeoutSeconds: asked.timeout ?? releaseSecondsDefault }
}

/** The process `release` of a Procfile, as other platforms have it. */
export function releaseProcess(run: string, root: string): ReleaseCommandPlan {
  return { run, root, timeoutSeconds: releaseSecondsDefault }
}

import { z } from 'zod'
import { deployedSecret, variables } from './deployment-spec.ts'

/** What a function is told by its variable SLIPWAY_FUNCTION, as JSON: how the app in its archive is run. */
export const functionStart = z.object({
  service: z.string(),
  /** Number of the release. */
  release: z.int().positive(),
  /** A shell command, and the folder of the archive in which it is run. */
  run: z.string(),
  root: z.string(),
  variables,
  secrets: z.array(deployedSecret),
})
export type FunctionStart = z.infer<typeof functionStart>

/** What starts it, in the archive: a script, and what that runs. */
export const functionStartFiles = { handler: '.slipway/start.sh', program: '.slipway/start.mjs' } as const

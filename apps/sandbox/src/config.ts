import { fileURLToPath } from 'node:url'
import { readConfig } from '@slipway/core'
import { z } from 'zod'

/** The project's root folder. */
export const projectFolder = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

const settings = z.object({
  SLIPWAY_PORT: z.coerce
    .number()
    .int()
    .min(1024)
    .max(65000)
    .default(4700)
    .describe('first of the ports that the sandbox uses, all on loopback'),
  SLIPWAY_STATE: z
    .string()
    .default(`${projectFolder}/.local/state`)
    .describe('folder of everything that the sandbox remembers'),
})

/** What a person may choose at `npm start`. */
export function readSettings() {
  return readConfig(settings, process.env)
}

/**
 * The environment that parts are given to start from: this machine's own, without what would reach past the
 * sandbox. An AWS profile or key of the person who starts it must never be found by a part.
 */
export function machineEnvironment(): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    const reaches =
      /^(AWS_|STRIPE_|DATABASE_URL|SYSTEM_DATABASE_URL|REDIS_URL|SMTP_URL|NODE_OPTIONS|VITEST|npm_|PORT$)/
    if (value !== undefined && !reaches.test(name)) found[name] = value
  }
  return found
}

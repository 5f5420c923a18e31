import type { z } from 'zod'

/**
 * Reads an app's whole configuration at once. Each field's `describe` says what it is for. Ends the process
 * with every problem listed, not the first, so that one look mends all.
 */
export function readConfig<T extends z.ZodObject>(
  schema: T,
  environment: Record<string, string | undefined>,
): z.infer<T> {
  const result = schema.safeParse(environment)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? '')
    const purpose = schema.shape[name]?.description ?? ''
    return `  ${name}: ${environment[name] === undefined ? 'is missing' : issue.message}${purpose ? ` (${purpose})` : ''}`
  })
  throw new ConfigError(`The configuration is not complete:\n${problems.join('\n')}`)
}

export class ConfigError extends Error {}

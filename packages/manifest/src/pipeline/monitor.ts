import { z } from 'zod'
import { command, duration, seconds, url } from '../values.ts'
import { isOneOf } from './one-of.ts'
import type { PlannedMonitor } from './pipeline-plan.ts'
import { rule } from './rule.ts'

const httpEvery = '30s'
const commandEvery = '1m'

/** An entry of `monitors`, which is exactly one kind. */
const monitor = z
  .strictObject({
    alarm: z
      .string()
      .min(1, 'is empty')
      .max(255, 'is longer than 255 characters')
      .meta({
        description: 'Name of a CloudWatch alarm in the account and region of the target.',
        examples: ['checkout-errors'],
      })
      .optional(),
    http: url
      .meta({ description: 'An address that must answer.', examples: ['https://shop.example.com/healthz'] })
      .optional(),
    every: duration('5s', '1h')
      .meta({
        description: `How often \`http\` (left out: ${httpEvery}) or \`command\` (${commandEvery}) is asked.`,
        examples: ['10s'],
      })
      .optional(),
    expect: z
      .int()
      .min(100, 'is less than 100')
      .max(599, 'is more than 599')
      .meta({ description: 'The status that `http` must answer. Left out: any below 400.', examples: [204] })
      .optional(),
    datadog: z
      .union([
        z.int().min(1, 'is less than 1'),
        z.string().regex(/^[1-9]\d{0,15}$/, 'is not the number of a monitor, such as 12345'),
      ])
      .transform(String)
      .meta({ description: 'Number of a Datadog monitor.', examples: [12345] })
      .optional(),
    metric: rule
      .meta({
        description:
          'What is well: `errors`, `cpu`, `memory`, `disk` in %, `p50`, `p95`, `p99` in ms or s, `requests` in /m or /s, below (<) or above (>) a value.',
        examples: ['p99 < 300ms', 'errors < 1%', 'requests > 10/m'],
      })
      .optional(),
    command: command
      .meta({
        description: 'A shell command on a runner of the stage, which is well when it ends with 0.',
        examples: ['npm run probe'],
      })
      .optional(),
  })
  .superRefine(isOneOf({ alarm: [], http: ['every', 'expect'], datadog: [], metric: [], command: ['every'] }))
type Monitor = z.infer<typeof monitor>

export const monitors = z.array(monitor).max(20, 'has more than 20 monitors')

export const monitorFields = Object.keys(monitor.shape)

/** One entry in the form of a plan. */
export function planMonitor(entry: Monitor, line: number): PlannedMonitor {
  if (entry.alarm !== undefined) return { line, kind: 'alarm', name: entry.alarm }
  if (entry.datadog !== undefined) return { line, kind: 'datadog', monitor: entry.datadog }
  if (entry.metric !== undefined) return { line, kind: 'metric', ...entry.metric }
  if (entry.http !== undefined) {
    const everySeconds = entry.every ?? seconds(httpEvery)
    return { line, kind: 'http', url: entry.http, everySeconds, expect: entry.expect ?? null }
  }
  const everySeconds = entry.every ?? seconds(commandEvery)
  return { line, kind: 'command', command: entry.command ?? '', everySeconds }
}

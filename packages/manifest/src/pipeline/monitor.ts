import { z } from 'zod'
import { nearest } from '../nearest.ts'
import { command, duration, refuse, seconds, url, variableName } from '../values.ts'
import { isOneOf } from './one-of.ts'
import type { PlannedMonitor } from './pipeline-plan.ts'
import { rule } from './rule.ts'

const httpEvery = '30s'
const commandEvery = '1m'
const datadogEvery = '1m'

/** https://docs.datadoghq.com/getting_started/site/ */
const datadogSites = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'datadoghq.eu',
  'uk1.datadoghq.com',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'ddog-gov.com',
  'us2.ddog-gov.com',
]
const datadogDefaults = { site: 'datadoghq.com', key: 'DD_API_KEY', appKey: 'DD_APP_KEY' }

const site = z.string().superRefine((text, context) => {
  if (datadogSites.includes(text)) return
  const near = nearest(text, datadogSites)
  const reason = near
    ? 'is no site of Datadog'
    : `is no site of Datadog: these are ${datadogSites.join(', ')}`
  refuse(context, { reason, nearest: near })
})

const monitorNumber = [
  z.int().min(1, 'is less than 1'),
  z.string().regex(/^[1-9]\d{0,15}$/, 'is not the number of a monitor, such as 12345'),
] as const

const datadogBlock = z.strictObject({
  monitor: z.union(monitorNumber).meta({ description: 'Its number.', examples: [12345] }),
  site: site
    .meta({
      description: `The site of your organisation: ${datadogSites.join(', ')}.`,
      default: datadogDefaults.site,
      examples: ['datadoghq.eu'],
    })
    .optional(),
  key: variableName
    .meta({
      description: 'Name of the secret of the environment that holds an API key.',
      default: datadogDefaults.key,
      examples: ['DD_KEY'],
    })
    .optional(),
  'app-key': variableName
    .meta({
      description: 'Name of the secret that holds an application key with the scope `monitors_read`.',
      default: datadogDefaults.appKey,
    })
    .optional(),
})

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
        description: `How often \`http\` (left out: ${httpEvery}), \`datadog\` (${datadogEvery}) or \`command\` (${commandEvery}) is asked.`,
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
      .union([...monitorNumber, datadogBlock])
      .meta({
        description: 'A Datadog monitor, by its number. It is asked from a host of the target.',
        examples: [12345, { monitor: 12345, site: 'datadoghq.eu', key: 'DD_KEY', 'app-key': 'DD_APP_KEY' }],
      })
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
        description:
          'A shell command on a runner of the stage: well when it ends with 0, red with 1, anything else is inconclusive.',
        examples: ['./check.sh'],
      })
      .optional(),
  })
  .superRefine(
    isOneOf({
      alarm: [],
      http: ['every', 'expect'],
      datadog: ['every'],
      metric: [],
      command: ['every'],
    }),
  )
type Monitor = z.infer<typeof monitor>

export const monitors = z.array(monitor).max(20, 'has more than 20 monitors')

/** What the fields of each block are called. */
export const monitorFields = { monitor: Object.keys(monitor.shape), datadog: Object.keys(datadogBlock.shape) }

/** One entry in the form of a plan. */
export function planMonitor(entry: Monitor, line: number): PlannedMonitor {
  if (entry.alarm !== undefined) return { line, kind: 'alarm', name: entry.alarm }
  if (entry.datadog !== undefined) {
    const everySeconds = entry.every ?? seconds(datadogEvery)
    return { line, kind: 'datadog', ...planDatadog(entry.datadog), everySeconds }
  }
  if (entry.metric !== undefined) return { line, kind: 'metric', ...entry.metric }
  if (entry.http !== undefined) {
    const everySeconds = entry.every ?? seconds(httpEvery)
    return { line, kind: 'http', url: entry.http, everySeconds, expect: entry.expect ?? null }
  }
  const everySeconds = entry.every ?? seconds(commandEvery)
  return { line, kind: 'command', command: entry.command ?? '', everySeconds }
}

function planDatadog(asked: NonNullable<Monitor['datadog']>) {
  const block = typeof asked === 'object' ? asked : { monitor: asked }
  return {
    monitor: String(block.monitor),
    site: block.site ?? datadogDefaults.site,
    key: block.key ?? datadogDefaults.key,
    appKey: block['app-key'] ?? datadogDefaults.appKey,
  }
}

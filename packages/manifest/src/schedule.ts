import { Cron } from 'croner'
import { z } from 'zod'
import { refuse } from './values.ts'

/** Five fields of crontab(5) or a name such as @daily, in a zone of the IANA database. */
export const schedulePlan = z.object({ cron: z.string(), zone: z.string() })
export type Schedule = z.infer<typeof schedulePlan>

const zoneDefault = 'UTC'
const form = /^(@[a-z]+|\S+(?:\s+\S+){4})(?:\s+(UTC|[A-Z]\w+(?:\/[\w+-]+)+))?$/

/** `every:` of a service. */
export const every = z
  .string()
  .trim()
  .max(120, 'is longer than 120 characters')
  .regex(form, { error: 'is not a schedule such as 0 3 * * * or 0 3 * * 1-5 Europe/London', abort: true })
  .superRefine((text, context) => {
    const schedule = scheduleOf(text)
    const reason = whyNot(schedule)
    if (reason !== undefined) refuse(context, { reason })
  })
  .transform(scheduleOf)

/** The first moment after `after` at which it is due; undefined where none comes any more. To the minute. */
export function nextTick(schedule: Schedule, after: Date): Date | undefined {
  return cronOf(schedule).nextRun(after) ?? undefined
}

function scheduleOf(text: string): Schedule {
  const [, cron = '', zone = zoneDefault] = form.exec(text) ?? []
  return { cron: cron.replaceAll(/\s+/g, ' '), zone }
}

function whyNot(schedule: Schedule): string | undefined {
  if (!isZone(schedule.zone)) return `names a time zone that is not known: ${schedule.zone}`
  try {
    // From a moment that is the same for everyone: what a revision asks for is not a matter of when it is read.
    if (nextTick(schedule, new Date(0)) === undefined) return 'is a day that never comes'
    return undefined
  } catch (error) {
    return `is no schedule: ${error instanceof Error ? error.message : String(error)}`
  }
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

// Holds no timer: it is only asked.
function cronOf({ cron, zone }: Schedule): Cron {
  return new Cron(cron, { timezone: zone, mode: cron.startsWith('@') ? 'auto' : '5-part', paused: true })
}

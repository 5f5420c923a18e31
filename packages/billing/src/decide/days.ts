import { countMinutes, maskWithin } from './mask.ts'
import { hourMilliseconds, type Month } from './month.ts'
import type { AwakeHour } from './price.ts'

const dayMilliseconds = 24 * hourMilliseconds

/**
 * For each service the awake minutes of each day of the month, 0 to 1,440, first day first. Each hour of a
 * service comes once in `awake`, as read-basis.ts gives it.
 */
export function minutesByDay(awake: AwakeHour[], month: Month, until: Date): Map<string, number[]> {
  const days = new Map<string, number[]>()
  const start = month.start.getTime()
  for (const { serviceId, hour, mask } of awake) {
    const minutes = days.get(serviceId) ?? Array.from({ length: month.minutes / (24 * 60) }, () => 0)
    days.set(serviceId, minutes)
    const day = Math.floor((hour.getTime() - start) / dayMilliseconds)
    const before = minutes[day]
    if (before !== undefined)
      minutes[day] = before + countMinutes(mask & maskWithin(hour, month.start, until))
  }
  return days
}

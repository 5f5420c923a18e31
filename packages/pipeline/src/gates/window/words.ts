import type { Window } from './decide/window-at.ts'

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** “Window Mon–Thu 09:00–16:00, Fri 09:00–12:00 Europe/London”. */
export function windowWords({ open, timeZone }: Pick<Window, 'open' | 'timeZone'>): string {
  const hours = open.map(({ days, from, to }) => `${daysInWords(days)} ${from}–${to}`)
  return `Window ${hours.join(', ')} ${timeZone}`
}

/** Days that follow on each other as a span: `Mon–Thu, Sat`. */
function daysInWords(days: readonly number[]): string {
  const spans: { first: number; last: number }[] = []
  for (const day of [...new Set(days)].sort((one, other) => one - other)) {
    const span = spans.at(-1)
    if (span?.last === day - 1) span.last = day
    else spans.push({ first: day, last: day })
  }
  return spans
    .map(({ first, last }) => {
      const join = last - first > 1 ? '–' : ', '
      return first === last ? dayNames[first - 1] : `${dayNames[first - 1]}${join}${dayNames[last - 1]}`
    })
    .join(', ')
}

/** “Mon 30 Nov 09:00 Europe/London”. */
export function momentWords(at: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const day = `${parts.get('weekday')} ${parts.get('day')} ${parts.get('month')}`
  return `${day} ${parts.get('hour')}:${parts.get('minute')} ${timeZone}`
}

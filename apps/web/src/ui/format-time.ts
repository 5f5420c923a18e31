const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
const monthsLong = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

const two = (value: number) => String(value).padStart(2, '0')

/** "now", "3 min ago", "2 h ago", "9 days ago", then the day: "12 Nov" or "12 Nov 2025". A time ahead: "in 3 min". */
export function relativeTime(at: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - at.getTime()) / 1000)
  const away = Math.abs(seconds)
  const say = (amount: string) => (seconds < 0 ? `in ${amount}` : `${amount} ago`)
  if (away < 5) return 'now'
  if (away < 60) return say(`${away} s`)
  if (away < 3600) return say(`${Math.floor(away / 60)} min`)
  if (away < 86_400) return say(`${Math.floor(away / 3600)} h`)
  const days = Math.floor(away / 86_400)
  if (days <= 14) return say(days === 1 ? '1 day' : `${days} days`)
  const day = `${at.getUTCDate()} ${months[at.getUTCMonth()]}`
  return at.getUTCFullYear() === now.getUTCFullYear() ? day : `${day} ${at.getUTCFullYear()}`
}

/** "24 Nov 2026, 14:30:05 UTC": the exact time, for hover and focus. */
export function absoluteTime(at: Date): string {
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${clockTime(at)} UTC`
}

/** "30 Nov": a day of UTC. */
export function formatDay(at: Date): string {
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]}`
}

/** "4 Nov 2025" of an ISO day. */
export function formatDate(day: string): string {
  const at = new Date(`${day}T00:00:00Z`)
  return `${formatDay(at)} ${at.getUTCFullYear()}`
}

/** "14:30:05", UTC. */
export function clockTime(at: Date): string {
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
}

/** "14:30:05.218", UTC, for the lines of a log. */
export function logTime(at: Date): string {
  return `${clockTime(at)}.${String(at.getUTCMilliseconds()).padStart(3, '0')}`
}

/** "0.4 s", "41 s", "2:04", "1:02:09": how long something took, in milliseconds. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`
  if (seconds < 60) return `${Math.floor(seconds)} s`
  const whole = Math.floor(seconds)
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** "566 h 30 min", "4 min", "0 min": whole minutes, as the bill counts them. */
export function formatMinutes(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  if (hours === 0) return `${rest} min`
  const head = `${hours.toLocaleString('en-US')} h`
  return rest === 0 ? head : `${head} ${rest} min`
}

/** "November 2026" of "2026-11". */
export function monthName(month: string): string {
  const [year = '', number = '1'] = month.split('-')
  return `${monthsLong[Number(number) - 1] ?? ''} ${year}`
}

/** "18.4 MB": bytes in decimal units, as AWS and disks are sold. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB'] as const
  let value = bytes / 1000
  let unit = 0
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

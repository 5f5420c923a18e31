import type { Answers } from '../api/trpc.ts'
import type { TankGroup } from '../ui/Tanks.tsx'
import { formatShare, shareCents } from './share-cents.ts'

type Bill = Answers['bill']['get']

/** The bill's services grouped by app, with cents that add up to the sum below them. */
export function tankGroups(bill: Bill): TankGroup[] {
  const amounts = bill.services.map((service) => BigInt(service.amount))
  const cents = shareCents(amounts)
  const today = todayOf(bill)
  const days = daysIn(bill)
  const groups = new Map<
    string,
    { minutes: number; cents: number; amount: bigint; rows: TankGroup['rows'] }
  >()
  bill.services.forEach((service, index) => {
    const app = service.app ?? 'Deleted apps'
    const group = groups.get(app) ?? { minutes: 0, cents: 0, amount: 0n, rows: [] }
    const amount = amounts[index] ?? 0n
    const share = cents[index] ?? 0
    group.minutes += service.minutes
    group.cents += share
    group.amount += amount
    group.rows.push({
      key: service.serviceId,
      name: service.name ?? service.serviceId,
      place: [service.environment, service.region].filter(Boolean).join(', '),
      days: Array.from({ length: days }, (_, day) =>
        today !== null && day + 1 > today ? null : (service.days[day] ?? 0),
      ),
      minutes: service.minutes,
      cost: formatShare(share, amount),
    })
    groups.set(app, group)
  })
  return [...groups].map(([name, group]) => ({
    key: name,
    name,
    minutes: group.minutes,
    cost: formatShare(group.cents, group.amount),
    rows: group.rows,
  }))
}

function daysIn(bill: Pick<Bill, 'start' | 'end'>): number {
  return Math.round((Date.parse(bill.end) - Date.parse(bill.start)) / 86_400_000)
}

/** The day of the month up to which it is metered, or null in a month that is over. */
export function todayOf(bill: Pick<Bill, 'until' | 'isRunning'>): number | null {
  return bill.isRunning ? new Date(bill.until).getUTCDate() : null
}

/** Days of the month that are a Saturday or Sunday, UTC. */
export function weekendsOf(bill: Pick<Bill, 'start' | 'end'>): number[] {
  const first = new Date(bill.start).getUTCDay()
  return Array.from({ length: daysIn(bill) }, (_, index) => index + 1).filter((day) =>
    [0, 6].includes((first + day - 1) % 7),
  )
}

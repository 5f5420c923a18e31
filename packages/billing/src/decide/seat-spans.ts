import { ceilMinute } from './month.ts'

/** A time in which a person was a member above viewer. A person may have several, also overlapping. */
export type Membership = { userId: string; since: Date; until: Date | null }

export type SeatSpan = { seats: number; from: Date; until: Date }

/**
 * How many people had a seat in `[from, until)`, span after span, without a gap. A person counts in the
 * minutes that started while they were a member: to join and leave within a minute costs nothing.
 */
export function seatSpans(roster: Membership[], from: Date, until: Date): SeatSpan[] {
  const steps = new Map<number, number>()
  const step = (at: number, by: number) => steps.set(at, (steps.get(at) ?? 0) + by)
  for (const [start, end] of personSpans(roster, from, until)) {
    step(start, 1)
    step(end, -1)
  }
  const spans: SeatSpan[] = []
  let seats = 0
  let start = from.getTime()
  for (const at of [...steps.keys()].toSorted((a, b) => a - b)) {
    const by = steps.get(at) ?? 0
    if (by === 0) continue
    if (at > start) spans.push({ seats, from: new Date(start), until: new Date(at) })
    seats += by
    start = at
  }
  if (until.getTime() > start) spans.push({ seats, from: new Date(start), until })
  return spans
}

/** Each person's times in the range, in whole minutes and joined where they overlap. */
function personSpans(roster: Membership[], from: Date, until: Date): [start: number, end: number][] {
  const byPerson = Map.groupBy(roster, (membership) => membership.userId)
  return [...byPerson.values()].flatMap((memberships) => {
    const joined: [number, number][] = []
    for (const { since, until: left } of memberships.toSorted(
      (a, b) => a.since.getTime() - b.since.getTime(),
    )) {
      const start = Math.max(ceilMinute(since).getTime(), from.getTime())
      const end = Math.min(ceilMinute(left ?? until).getTime(), until.getTime())
      if (end <= start) continue
      const last = joined.at(-1)
      if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)
      else joined.push([start, end])
    }
    return joined
  })
}

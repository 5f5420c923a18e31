import { type Draw, meanOver } from './hypergeometric.ts'

/**
 * A bet wins in full where the shares differ by `limit`, and by more it wins no more; `stake` is how much of what is
 * laid it may win or lose. Small limits see a little that is always there, large ones what few visitors show.
 */
const bets = [0.01, 0.05, 0.2, 1].flatMap((limit) => [0.3, 0.9].map((stake) => ({ limit, stake })))

export const shareBets = bets.length

/** Of `all` requests `marked` bear a mark, `drawn` are the new revision's, and `hits` are both. */
export type Marks = Draw & { hits: number }

/**
 * What one slice of time wins for the bets that more of the new revision's requests bear a mark (they failed, say) than
 * of the old one's: by the difference of the two shares, within limits.
 *
 * A slice is one bet, whatever came in it. However many failed at once, for one visitor who tried again and again or
 * since a process was ill for a second, it doubles what was laid at most, so that only what comes again in slice after
 * slice decides. A bet on each request (as its place among all) would take what is tied together for many proofs.
 *
 * Each bet is fair or worse whenever a mark falls on either side alike: for each request by itself (exactly, however
 * many there are: see `meanOver`), for many at once that are more often the side's with more visitors, and for a side
 * that fails as a whole for a while, as often the one as the other.
 */
export function shareEvidence(marks: Marks): number[] {
  const { all, marked, drawn } = marks
  if (drawn === 0 || drawn === all || marked === 0 || marked === all) return bets.map(() => 0)
  return bets.map(({ limit, stake }) => {
    const won = (hits: number) => 1 + stake * within(limit, marks, hits)
    // Above one only where the limits cut off more of what is lost than of what is won.
    const fair = Math.max(1, meanOver(marks, won))
    return Math.log(won(marks.hits) / fair)
  })
}

/**
 * The difference of the shares, from -1 to 1, of the limits. A clump of marks weighs more on the side with fewer
 * requests, and falls on it less often: that side's limit is as much higher.
 */
function within(limit: number, { all, marked, drawn }: Draw, hits: number): number {
  const others = all - drawn
  const difference = hits / drawn - (marked - hits) / others
  const most = Math.min(1, limit * Math.max(1, drawn / others))
  return Math.max(-most, Math.min(limit, difference)) / most
}

/**
 * Of `all` requests `marked` bear a mark (they failed, say), and `drawn` of them, no matter which, are the new
 * revision's: how many of these bear it? That is the hypergeometric distribution, on which the tests of a canary
 * stand. Whole counts up to 10 million; nothing here needs a logarithm of a factorial, whose cancellation would cost
 * the digits that a tail consists of: all sums run by the ratio of a term to its neighbour.
 * https://en.wikipedia.org/wiki/Hypergeometric_distribution
 */
export type Draw = { all: number; marked: number; drawn: number }

/** How likely at least `hits` of the drawn are marked: to 1 part in a billion, also far out in the tail. */
export function chanceOfAtLeast(draw: Draw, hits: number): number {
  const { least, most, likeliest } = placesOf(draw)
  if (hits <= least) return 1
  if (hits > most) return 0
  const whole = sumUp(draw, likeliest) + sumDown(draw, likeliest) - 1
  if (hits <= likeliest) {
    let weight = 1
    for (let count = likeliest; count >= hits; count--) weight /= ratio(draw, count - 1)
    return 1 - (weight * sumDown(draw, hits - 1)) / whole
  }
  let weight = 1
  for (let count = likeliest; count < hits && weight > 0; count++) weight *= ratio(draw, count)
  return (weight * sumUp(draw, hits)) / whole
}

/** The mean of a figure over all that chance may bring: `of` says it of each count of marked among the drawn. */
export function meanOver(draw: Draw, of: (hits: number) => number): number {
  const { least, most, likeliest } = placesOf(draw)
  let weights = 1
  let sum = of(likeliest)
  let weight = 1
  for (let count = likeliest; count < most && weight > weights * negligible; count++) {
    weight *= ratio(draw, count)
    weights += weight
    sum += weight * of(count + 1)
  }
  weight = 1
  for (let count = likeliest; count > least && weight > weights * negligible; count--) {
    weight /= ratio(draw, count - 1)
    weights += weight
    sum += weight * of(count - 1)
  }
  return sum / weights
}

function placesOf({ all, marked, drawn }: Draw) {
  return {
    least: Math.max(0, drawn + marked - all),
    most: Math.min(drawn, marked),
    likeliest: Math.floor(((drawn + 1) * (marked + 1)) / (all + 2)),
  }
}

/** How many times as likely as `count` is one more. */
function ratio({ all, marked, drawn }: Draw, count: number): number {
  return ((marked - count) * (drawn - count)) / ((count + 1) * (all - marked - drawn + count + 1))
}

/** What adds less than this to a sum adds nothing to a double. */
const negligible = 1e-18

/** The weights of `from` and all above, of which that of `from` is 1; `from` must be at the peak or above. */
function sumUp(draw: Draw, from: number): number {
  const most = Math.min(draw.drawn, draw.marked)
  let sum = 1
  let weight = 1
  for (let count = from; count < most && weight > sum * negligible; count++) {
    weight *= ratio(draw, count)
    sum += weight
  }
  return sum
}

/** The weights of `from` and all below, of which that of `from` is 1; `from` must be at the peak or below. */
function sumDown(draw: Draw, from: number): number {
  const least = Math.max(0, draw.drawn + draw.marked - draw.all)
  let sum = 1
  let weight = 1
  for (let count = from; count > least && weight > sum * negligible; count--) {
    weight /= ratio(draw, count - 1)
    sum += weight
  }
  return sum
}

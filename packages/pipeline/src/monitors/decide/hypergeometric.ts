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
  const whole = sumUp(draw, likeliest, 1) + sumDown(draw, likeliest, 1) - 1
  if (hits <= likeliest) {
    let weight = 1
    for (let count = likeliest; count >= hits; count--) weight /= ratio(draw, count - 1)
    return 1 - (weight * sumDown(draw, hits - 1, 1)) / whole
  }
  let weight = 1
  for (let count = likeliest; count < hits && weight > 0; count++) weight *= ratio(draw, count)
  return (weight * sumUp(draw, hits, 1)) / whole
}

/**
 * For each of `odds` the logarithm of how many times likelier `hits` are when a marked request is that many times as
 * likely drawn as another (Fisher's noncentral distribution) than when all are alike. Were all alike, the mean of
 * what it is the logarithm of would be exactly 1: it is a fair bet against their being alike.
 * https://en.wikipedia.org/wiki/Fisher%27s_noncentral_hypergeometric_distribution
 */
export function logTimesLikelier(draw: Draw, hits: number, odds: readonly number[]): number[] {
  const { least, most, likeliest } = placesOf(draw)
  if (least === most) return odds.map(() => 0)
  const whole = Math.log(sumUp(draw, likeliest, 1) + sumDown(draw, likeliest, 1) - 1)
  return odds.map((each) => {
    const { peak, logWeight } = climb(draw, likeliest, each)
    const tilted = logWeight + Math.log(sumUp(draw, peak, each) + sumDown(draw, peak, each) - 1)
    return (hits - likeliest) * Math.log(each) + whole - tilted
  })
}

/** From there to where the weights are highest when a marked one is `odds` times as likely, and how much higher. */
function climb(draw: Draw, from: number, odds: number): { peak: number; logWeight: number } {
  const { least, most } = placesOf(draw)
  let peak = from
  let logWeight = 0
  let weight = 1
  const climbed = (times: number) => {
    weight *= times
    if (weight < 1e200) return
    logWeight += Math.log(weight)
    weight = 1
  }
  for (; peak < most && ratio(draw, peak) * odds > 1; peak++) climbed(ratio(draw, peak) * odds)
  for (; peak > least && ratio(draw, peak - 1) * odds < 1; peak--) climbed(1 / (ratio(draw, peak - 1) * odds))
  return { peak, logWeight: logWeight + Math.log(weight) }
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
function sumUp(draw: Draw, from: number, odds: number): number {
  const most = Math.min(draw.drawn, draw.marked)
  let sum = 1
  let weight = 1
  for (let count = from; count < most && weight > sum * negligible; count++) {
    weight *= ratio(draw, count) * odds
    sum += weight
  }
  return sum
}

/** The weights of `from` and all below, of which that of `from` is 1; `from` must be at the peak or below. */
function sumDown(draw: Draw, from: number, odds: number): number {
  const least = Math.max(0, draw.drawn + draw.marked - draw.all)
  let sum = 1
  let weight = 1
  for (let count = from; count > least && weight > sum * negligible; count--) {
    weight /= ratio(draw, count - 1) * odds
    sum += weight
  }
  return sum
}

/**
 * The most that chance alone may explain before a monitor turns red. All looks of all three statistical monitors
 * together are wrong about at most one good release in a hundred, however often they look: the shares
 * 6 / (π² look²) add up to 1 over all looks, and those of services and monitors are parts of that.
 */
export function chanceMax(look: number, services: number): number {
  return (0.01 / (statisticalMonitors * Math.max(1, services))) * (6 / (Math.PI * look) ** 2)
}
const statisticalMonitors = 3

type Share = { of: number; hits: number }

/**
 * Fisher's exact test, one-sided: how likely are at least so many hits among the new, were new and old alike.
 * https://en.wikipedia.org/wiki/Fisher%27s_exact_test
 */
export function chanceOfMore(now: Share, before: Share): number {
  const all = now.of + before.of
  const hits = now.hits + before.hits
  const certain = logChoose(all, now.of)
  const most = Math.min(hits, now.of)
  let sum = 0
  for (let count = now.hits; count <= most; count++) {
    const term = Math.exp(logChoose(hits, count) + logChoose(all - hits, now.of - count) - certain)
    sum += term
    if (term < sum * 1e-12) break
  }
  return Math.min(1, sum)
}

/** How likely are at least so many hits, where each had this share of a chance. */
export function chanceOfSoMany({ of, hits }: Share, share: number): number {
  let sum = 0
  for (let count = hits; count <= of; count++) {
    const term = Math.exp(logChoose(of, count) + count * Math.log(share) + (of - count) * Math.log1p(-share))
    sum += term
    if (term < sum * 1e-12) break
  }
  return Math.min(1, sum)
}

/**
 * Mann and Whitney's rank test on two histograms of the same bounds, one-sided, with ties: how likely are the new
 * so much higher, were new and old alike. By the normal approximation, so for 50 and more of each.
 * https://en.wikipedia.org/wiki/Mann%E2%80%93Whitney_U_test
 */
export function chanceOfHigher(now: readonly number[], before: readonly number[]): number {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  const [many, others] = [sum(now), sum(before)]
  const all = many + others
  let lower = 0
  let wins = 0
  let ties = 0
  before.forEach((other, bucket) => {
    const own = now[bucket] ?? 0
    wins += own * (lower + other / 2)
    lower += other
    ties += (own + other) ** 3 - (own + other)
  })
  const variance = ((many * others) / 12) * (all + 1 - ties / (all * (all - 1)))
  if (!(variance > 0)) return 1
  return upperTail((wins - (many * others) / 2) / Math.sqrt(variance))
}

/** Of the normal distribution; to 1 part in 10 million: Abramowitz and Stegun, 7.1.26 and its tail. */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z)
  if (z > 6) return Math.exp(-(z * z) / 2) / (z * Math.sqrt(2 * Math.PI))
  const t = 1 / (1 + 0.231_641_9 * z)
  const series =
    t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))))
  return (Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)) * series
}

function logChoose(of: number, count: number): number {
  if (count < 0 || count > of) return Number.NEGATIVE_INFINITY
  return logFactorial(of) - logFactorial(count) - logFactorial(of - count)
}

/** Exact up to 255, then by Stirling's series, which is then right to 12 digits. */
function logFactorial(n: number): number {
  const known = small[n]
  if (known !== undefined) return known
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3)
}
const small: number[] = [0]
for (let n = 1; n < 256; n++) small.push((small[n - 1] ?? 0) + Math.log(n))

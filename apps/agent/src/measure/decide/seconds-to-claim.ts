/** Nothing older than this is ever claimed (design: billing). */
const secondsBackMax = 900

/**
 * For how many whole seconds until now a service may be said to have run: not longer than it did, not what was
 * acknowledged before, not more than fifteen minutes. Rounded down: a second that is not over is not claimed.
 */
export function secondsToClaim(of: { runningSeconds: number; sinceAcknowledgedSeconds: number }): number {
  return Math.max(0, Math.floor(Math.min(of.runningSeconds, of.sinceAcknowledgedSeconds, secondsBackMax)))
}

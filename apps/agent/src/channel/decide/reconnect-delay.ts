/**
 * Milliseconds until the next try, by how many failed since the last welcome. Full jitter over a window that
 * doubles from half a second to twenty: after an outage of ours, 2,000 agents come back over its whole width
 * (AWS Architecture Blog, "Exponential Backoff And Jitter"). `random` is 0 to 1.
 */
export function reconnectDelayMilliseconds(failures: number, random: number): number {
  const window = Math.min(20_000, 500 * 2 ** Math.min(failures, 10))
  return Math.round(50 + random * window)
}

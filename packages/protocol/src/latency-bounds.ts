/** Upper bounds of the latency histogram in milliseconds; the last bucket has none. */
export const latencyBoundsMilliseconds = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000,
] as const

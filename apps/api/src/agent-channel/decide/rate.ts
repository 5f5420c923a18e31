export type Rate = { tokens: number; at: number }

/** So many messages a second for ever, and so many at once: what an agent says after an hour without us. */
const perSecond = 100
const burst = 2000

export function fullRate(at: number): Rate {
  return { tokens: burst, at }
}

/** A token bucket: the rate after one more message at this time (milliseconds), or undefined when it is one too many. */
export function afterOneMore(rate: Rate, at: number): Rate | undefined {
  const tokens = Math.min(burst, rate.tokens + ((at - rate.at) / 1000) * perSecond)
  return tokens < 1 ? undefined : { tokens: tokens - 1, at }
}

import Stripe from 'stripe'

export type StripeFailure = {
  /** It may work when asked again, without a change of ours. */
  isTransient: boolean
  /** Stripe answered, and answers the same to the same idempotency key for a day. */
  isKept: boolean
}

/**
 * What an error of the library means; undefined when it is not Stripe's. After each of them the deed may have
 * been done all the same, so whoever repeats looks first.
 */
export function stripeFailure(error: unknown): StripeFailure | undefined {
  if (error instanceof Stripe.errors.StripeConnectionError) return { isTransient: true, isKept: false }
  if (error instanceof Stripe.errors.StripeRateLimitError) return { isTransient: true, isKept: false }
  // Another request with the key is on its way (409), or the key was used for another body.
  if (error instanceof Stripe.errors.StripeIdempotencyError)
    return { isTransient: true, isKept: error.statusCode !== 409 }
  if (error instanceof Stripe.errors.StripeAPIError) return { isTransient: true, isKept: true }
  if (error instanceof Stripe.errors.StripeError) return { isTransient: false, isKept: true }
  return undefined
}

import type { Handler } from '@slipway/jobs'
import type Stripe from 'stripe'
import { closeMonthHandler } from './closing/close-month-handler.ts'
import { recordUsageHandler } from './record-usage.ts'
import { rollUpHandler } from './roll-up.ts'
import { applyStripeEventHandler } from './stripe/apply-event.ts'

/** The jobs of this package, for the worker. */
export function billingJobs(dependencies: { stripe: Stripe }): Handler[] {
  const { stripe } = dependencies
  return [recordUsageHandler, rollUpHandler, closeMonthHandler(stripe), applyStripeEventHandler(stripe)]
}

/**
 * What organisations pay: recording which minutes a service was awake, what a month costs on either plan, the
 * bill, closing a month into one open invoice at Stripe, following it by webhooks. In come "these services were
 * running, heard at" (`recordUsage`), plan changes and Stripe's webhooks; out go the bill page, invoices and the
 * minutes for download. Always true: usage only grows and is keyed by nature, so order and duplicates change
 * nothing; `price` is pure; money is whole micro-dollars, rounded once per line, down; a month closes once.
 * Left to others: who is a member (organisations), who may see or switch (the api), collecting the money.
 */
export { closeMonth } from './closing/close-month.ts'
export { type Plan, plans } from './decide/plan-spans.ts'
export { downloadMinutes, type MinutesDownload, recomputeScript } from './download-minutes.ts'
export { billingJobs } from './jobs.ts'
export { type Invoice, listInvoices } from './list-invoices.ts'
export { type BillOfMonth, readBill, type ServiceOnBill } from './read-bill.ts'
export { recordUsage } from './record-usage.ts'
export { makeStripe, type StripeSettings } from './stripe/client.ts'
export { receiveStripeWebhook } from './stripe/receive-webhook.ts'
export { switchPlan } from './switch-plan.ts'

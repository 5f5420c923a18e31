/**
 * A stateful double of Stripe for the sandbox and the tests: customers, invoices with their lines, events and
 * signed webhooks. In comes what the official library sends, checked against Stripe's own OpenAPI document;
 * out go answers that the same document allows. Unknown fields, and known ones that the double does not do, are
 * refused, never passed over. Idempotency keys are kept for a day and compared by body. No money moves, nothing
 * is collected: that is for the product to ask for.
 */
export { type StripeDouble, start } from './start.ts'

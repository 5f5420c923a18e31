import { asId } from '@slipway/core'
import { announce, type Database } from '@slipway/db'
import { defineJob, type Handler, handle } from '@slipway/jobs'
import Stripe from 'stripe'
import { z } from 'zod'

/** An event is a hint: the job fetches the object it names and sets our state from that. */
export const applyStripeEvent = defineJob({
  name: 'billing.apply-stripe-event',
  payload: z.object({ eventId: z.string() }),
  attempts: 10,
  spacingSeconds: 30,
  timeoutSeconds: 60,
})

const invoiceEventSchema = z.object({
  data: z.object({ object: z.object({ object: z.literal('invoice'), id: z.string() }) }),
})

export function applyStripeEventHandler(stripe: Stripe): Handler {
  return handle(applyStripeEvent, async ({ eventId }, { db, clock }) => {
    const event = await db.inSystem('record a webhook of Stripe', (tx) =>
      tx.stripeEvent.findUniqueOrThrow({ where: { id: eventId } }),
    )
    if (event.doneAt !== null) return
    const named = invoiceEventSchema.safeParse(event.body)
    if (named.success) await followInvoice(db, stripe, named.data.data.object.id)
    await db.inSystem('record a webhook of Stripe', (tx) =>
      tx.stripeEvent.update({ where: { id: eventId }, data: { doneAt: clock.now() } }),
    )
  })
}

/**
 * Sets what we say of an invoice from what Stripe says now. In any order and as often as wanted; an invoice that
 * is not ours, or that a closing month has not noted yet, is left alone.
 */
async function followInvoice(db: Database, stripe: Stripe, invoiceId: string): Promise<void> {
  const held = await findInvoice(stripe, invoiceId)
  if (held === undefined) return
  await db.inSystem('record a webhook of Stripe', async (tx) => {
    const bill = await tx.bill.findFirst({ where: { stripeInvoiceId: invoiceId, state: 'closed' } })
    if (bill === null) return
    await tx.bill.update({
      where: { organisationId_month: { organisationId: bill.organisationId, month: bill.month } },
      data: {
        stripeStatus: held.status,
        stripeNumber: held.number ?? null,
        stripeUrl: held.hosted_invoice_url ?? null,
      },
    })
    await announce(tx, asId('organisation', bill.organisationId), 'bill')
  })
}

/** Undefined when it is not there (any more): a draft that was deleted. */
async function findInvoice(stripe: Stripe, invoiceId: string): Promise<Stripe.Invoice | undefined> {
  try {
    return await stripe.invoices.retrieve(invoiceId)
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404) return undefined
    throw error
  }
}

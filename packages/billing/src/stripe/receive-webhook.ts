import { type Clock, UserError } from '@slipway/core'
import type { Database } from '@slipway/db'
import { enqueue } from '@slipway/jobs'
import Stripe from 'stripe'
import { z } from 'zod'
import { applyStripeEvent } from './apply-event.ts'

const bodySchema = z.record(z.string(), z.json())

/**
 * Takes a webhook of Stripe: checks the signature over the raw body (by the machine's time, as Stripe signs by
 * its own), stores the event and the job that looks at it in one transaction. Answer 200 when it returns. The
 * same event twice is stored once. Throws `stripe-signature` for what Stripe did not sign.
 */
export async function receiveStripeWebhook(
  db: Database,
  request: { body: Buffer | string; signature: string | undefined },
  webhookSecret: string,
  clock: Clock,
): Promise<void> {
  const event = verify(request, webhookSecret)
  const body = bodySchema.parse(JSON.parse(request.body.toString()))
  await db.inSystem('record a webhook of Stripe', async (tx) => {
    const stored = await tx.stripeEvent.createMany({
      data: { id: event.id, type: event.type, body, receivedAt: clock.now() },
      skipDuplicates: true,
    })
    if (stored.count > 0)
      await enqueue(tx, applyStripeEvent, { eventId: event.id }, { organisationId: undefined })
  })
}

function verify(
  request: { body: Buffer | string; signature: string | undefined },
  secret: string,
): Stripe.Event {
  try {
    return Stripe.webhooks.constructEvent(request.body, request.signature ?? '', secret)
  } catch (cause) {
    throw new UserError(
      {
        code: 'stripe-signature',
        kind: 'unauthenticated',
        what: 'This webhook was not signed by Stripe.',
        why: 'Its signature does not match its body, or it is older than five minutes.',
        todo: 'Compare the signing secret of the endpoint in Stripe with STRIPE_WEBHOOK_SECRET.',
      },
      { cause },
    )
  }
}

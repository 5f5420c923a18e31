import { enqueue, type Handler, handle, Transient } from '@slipway/jobs'
import type Stripe from 'stripe'
import { monthNamed } from '../decide/month.ts'
import { stripeFailure } from '../stripe/failure.ts'
import { closeMonth } from './close-month.ts'
import { runClosing } from './run-closing.ts'

/** Stripe may be away for a day, or a person must look first: a month that is not closed never gives up. */
const againMilliseconds = 60 * 60_000

export function closeMonthHandler(stripe: Stripe): Handler {
  return handle(
    closeMonth,
    async ({ organisationId, month: name }, { db, clock }) => {
      const month = monthNamed(name)
      if (month === undefined) throw new RangeError(`not a month: ${name}`)
      try {
        await runClosing({ db, stripe, clock, organisationId, month })
      } catch (error) {
        if (stripeFailure(error)?.isTransient)
          throw new Transient(`Stripe did not do its part in closing ${name}`, { cause: error })
        throw error
      }
    },
    {
      async exhausted({ organisationId, month }, error, { db, clock, log }) {
        log.error(
          { organisationId, month, error },
          'a month could not be closed and is tried again in an hour',
        )
        const dueAt = new Date(clock.now().getTime() + againMilliseconds)
        const key = `${organisationId} ${month} ${dueAt.toISOString()}`
        await db.inOrganisation(organisationId, (tx) =>
          enqueue(tx, closeMonth, { organisationId, month }, { organisationId, key, dueAt }),
        )
      },
    },
  )
}

import type { Clock, OrganisationId } from '@slipway/core'
import { announce, type Database } from '@slipway/db'
import type Stripe from 'stripe'
import { cutoffOf, type Month, monthAfter } from '../decide/month.ts'
import { stripeFailure } from '../stripe/failure.ts'
import { enqueueClosing } from './close-month.ts'
import { freeze } from './freeze.ts'
import { type ClosingStep, closingSteps, keyOf } from './steps.ts'

export type Closing = {
  db: Database
  stripe: Stripe
  clock: Clock
  organisationId: OrganisationId
  month: Month
}

/**
 * Closes a month: freezes the bill, then takes the steps that are not done yet, each a row, begun and done in
 * transactions of their own. It may be killed anywhere and run again, also twice at once: the end is the same,
 * one open invoice or none for a waived month. A month that is closed is left alone; one that is not over yet
 * is too. Throws what a step throws.
 */
export async function runClosing(closing: Closing): Promise<void> {
  const { db, clock, organisationId, month } = closing
  if (clock.now() < cutoffOf(month)) return
  await freeze(db, organisationId, month, clock)
  for (const step of closingSteps) {
    const begun = await begin(closing, step)
    if (begun !== undefined) await take(closing, step, begun)
  }
  await db.inOrganisation(organisationId, (tx) => enqueueClosing(tx, organisationId, monthAfter(month)))
}

type Begun = { wasBegun: boolean; keyNumber: number }

/** Undefined when there is nothing left to do in this step. */
async function begin(closing: Closing, step: ClosingStep): Promise<Begun | undefined> {
  const { db, organisationId, clock } = closing
  const key = keyOf(closing)
  return db.inOrganisation(organisationId, async (tx) => {
    const bill = await tx.bill.findUniqueOrThrow({ where: { organisationId_month: key } })
    if (bill.state !== 'closing') return undefined
    const where = { organisationId_month_name: { ...key, name: step.name } }
    const row = await tx.closingStep.findUnique({ where })
    if (row === null) {
      await tx.closingStep.createMany({
        data: { ...key, name: step.name, startedAt: clock.now() },
        skipDuplicates: true,
      })
      return { wasBegun: false, keyNumber: 0 }
    }
    return row.doneAt === null ? { wasBegun: true, keyNumber: row.keyNumber } : undefined
  })
}

async function take(closing: Closing, step: ClosingStep, begun: Begun): Promise<void> {
  const { db, organisationId, month } = closing
  const where = { organisationId_month_name: { ...keyOf(closing), name: step.name } }
  const context = {
    ...closing,
    now: closing.clock.now(),
    wasBegun: begun.wasBegun,
    idempotencyKey: `slipway ${organisationId} ${month.name} ${step.name} ${begun.keyNumber}`,
  }
  try {
    const result = await step.run(context)
    await db.inOrganisation(organisationId, async (tx) => {
      await step.settle?.(tx, context, result)
      await tx.closingStep.update({ where, data: { doneAt: context.now, result } })
      await announce(tx, organisationId, 'bill')
    })
  } catch (error) {
    // Stripe would answer the same to the same key for a day, so the next try, which looks first, takes another.
    if (stripeFailure(error)?.isKept)
      await db.inOrganisation(organisationId, (tx) =>
        tx.closingStep.update({ where, data: { keyNumber: begun.keyNumber + 1 } }),
      )
    throw error
  }
}

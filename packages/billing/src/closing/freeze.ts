import { type Clock, fromCents, type OrganisationId } from '@slipway/core'
import { announce, type Database, type Tx } from '@slipway/db'
import { hoursOf } from '../decide/awake.ts'
import { cutoffOf, type Month } from '../decide/month.ts'
import { type Price, type PriceLine, price } from '../decide/price.ts'
import { type PriceBook, priceBookFor } from '../decide/price-book.ts'
import { digestOf } from '../digest.ts'
import { lockBill } from '../lock.ts'
import { askIn, readBasisFast } from '../read-basis.ts'
import { rollUpHours } from '../roll-up.ts'

/** A total below this is not worth its invoice, for either side (design: billing). */
const centsWaivedBelow = 50

/**
 * Prices the month out of the rows recorded before its cutoff and writes bill and lines, once: a month that is
 * frozen is left as it is. A small total is waived at once. Only for a time after the cutoff.
 */
export async function freeze(
  db: Database,
  organisationId: OrganisationId,
  month: Month,
  clock: Clock,
): Promise<void> {
  await db.inOrganisation(organisationId, async (tx) => {
    await lockBill(tx, organisationId)
    const key = { organisationId, month: month.start }
    if ((await tx.bill.findUnique({ where: { organisationId_month: key } })) !== null) return

    // Out of the rows, whatever was rolled up before.
    await rollUpHours(tx, organisationId, month.start, month.end)
    const basis = await readBasisFast(askIn(tx), organisationId, month, month.end)
    const book = priceBookFor(month)
    const priced = price(basis, book)
    const now = clock.now()
    const isWaived = priced.cents < centsWaivedBelow
    await tx.bill.create({
      data: {
        ...key,
        state: isWaived ? 'waived' : 'closing',
        totalMicroDollars: priced.total,
        totalCents: priced.cents,
        digest: digestOf(basis.awake),
        cutoffAt: cutoffOf(month),
        createdAt: now,
        closedAt: isWaived ? now : null,
      },
    })
    await writeLines(tx, key, priced, book)
    await tx.closingStep.create({
      data: {
        ...key,
        name: 'freeze',
        startedAt: now,
        doneAt: now,
        result: { cents: priced.cents, hours: hoursOf(basis.awake).length },
      },
    })
    await announce(tx, organisationId, 'bill')
  })
}

async function writeLines(
  tx: Tx,
  key: { organisationId: OrganisationId; month: Date },
  priced: Price,
  book: PriceBook,
): Promise<void> {
  if (fromCents(priced.cents) > priced.total)
    throw new Error('the lines of a bill are more than its minutes cost')
  await tx.billLine.createMany({
    data: priced.lines.map((line, position) => ({
      ...key,
      position,
      description: line.description,
      amountMicroDollars: line.amount,
      amountCents: line.cents,
      detail: { plan: line.plan, priceBook: book.version, ...detailOf(line, priced) },
    })),
  })
}

function detailOf(line: PriceLine, priced: Price) {
  switch (line.plan) {
    case 'usage':
      return { minutes: priced.usage.minutes, freeMinutes: priced.usage.freeMinutes }
    case 'seats':
      return {
        spans: priced.seats.spans.map(({ seats, from, until }) => ({
          seats,
          from: from.toISOString(),
          until: until.toISOString(),
        })),
      }
  }
}

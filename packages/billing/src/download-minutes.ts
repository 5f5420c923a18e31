import { readFileSync } from 'node:fs'
import { type Clock, notFound, type OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { ceilMinute, monthNamed } from './decide/month.ts'
import { planSpans } from './decide/plan-spans.ts'
import { priceBookFor } from './decide/price-book.ts'
import { seatSpans } from './decide/seat-spans.ts'
import { digestOf, minuteLines } from './digest.ts'
import { askIn, readBasis } from './read-basis.ts'

export type MinutesDownload = { fileName: string; csv: string; digest: string }

/**
 * The minutes of a month (`2026-11`) as anyone can check them: a line for each service and hour, and above, in
 * lines that begin with #, the plans, the seats and the prices. recompute-bill.mjs makes total and digest of it.
 * Out of the raw rows; of a closed month those before its cutoff, so the digest is the invoice's.
 */
export async function downloadMinutes(
  db: Database,
  organisationId: OrganisationId,
  monthName: string,
  clock: Clock,
): Promise<MinutesDownload> {
  const now = clock.now()
  const month = monthNamed(monthName)
  if (month === undefined || month.start > now) throw notFound('month of a bill')
  const until = now < month.end ? ceilMinute(now) : month.end
  const basis = await db.inOrganisation(organisationId, (tx) =>
    readBasis(askIn(tx), organisationId, month, until),
  )
  const spans = planSpans(basis.planChanges, month.start, until)
  const book = priceBookFor(month)
  const head = [
    `# slipway minutes,${month.name},${organisationId}`,
    `# month,${month.start.toISOString()},${month.end.toISOString()}`,
    `# minute,${book.minuteMicroDollars},${book.freeMinutes}`,
    ...book.seatTiers.map((tier) => `# seat,${tier.upTo},${tier.microDollars}`),
    `# ceiling,${book.seatsMicroDollarsMax}`,
    ...spans.map((span) => `# plan,${span.plan},${span.from.toISOString()},${span.until.toISOString()}`),
    ...seatSpans(basis.roster, month.start, until).map(
      (span) => `# seats,${span.seats},${span.from.toISOString()},${span.until.toISOString()}`,
    ),
    '# service,hour,mask',
  ]
  return {
    fileName: `slipway-minutes-${month.name}.csv`,
    csv: `${[...head, ...minuteLines(basis.awake)].join('\n')}\n`,
    digest: digestOf(basis.awake),
  }
}

/** A script that stands alone: `node recompute-bill.mjs slipway-minutes-2026-11.csv` prints total and digest. */
export function recomputeScript(): { fileName: string; source: string } {
  const fileName = 'recompute-bill.mjs'
  return { fileName, source: readFileSync(new URL(fileName, import.meta.url), 'utf8') }
}

import type { OrganisationId } from '@slipway/core'
import { type Database, Prisma } from '@slipway/db'
import { z } from 'zod'
import type { Month } from './decide/month.ts'

/** closing: being made · open, paid, void, uncollectible: as Stripe says · waived: too small to be charged. */
const invoiceStates = ['closing', 'open', 'paid', 'void', 'uncollectible', 'waived'] as const

export type Invoice = {
  month: string
  state: (typeof invoiceStates)[number]
  cents: number
  /** Micro-dollars, decimal. */
  total: string
  /** SHA-256 over the month's minutes (digest.ts). */
  digest: string
  number: string | null
  /** Stripe's page of it. */
  url: string | null
  closedAt: string | null
}

const rowsSchema = z.array(
  z.object({
    month: z.date(),
    state: z.string(),
    cents: z.number(),
    total: z.string(),
    digest: z.string(),
    stripeStatus: z.string().nullable(),
    number: z.string().nullable(),
    url: z.string().nullable(),
    closedAt: z.date().nullable(),
  }),
)

/** The closed and closing months, newest first; of one month alone where it is named. */
export async function listInvoices(
  db: Database,
  organisationId: OrganisationId,
  month?: Month,
): Promise<Invoice[]> {
  const rows = await db.statementInOrganisation(
    organisationId,
    Prisma.sql`
      select month, state, coalesce(total_cents, 0) as cents, coalesce(total_micro_dollars, 0)::text as total,
        coalesce(digest, '') as digest, stripe_status as "stripeStatus", stripe_number as number,
        nullif(stripe_url, '') as url, closed_at as "closedAt"
      from bill
      where organisation_id = ${organisationId} and month = coalesce(${month?.start ?? null}, month)
      order by month desc`,
  )
  return rowsSchema.parse(rows).map(({ stripeStatus, ...row }) => ({
    ...row,
    month: row.month.toISOString().slice(0, 7),
    state: z.enum(invoiceStates).parse(row.state === 'closed' ? stripeStatus : row.state),
    closedAt: row.closedAt?.toISOString() ?? null,
  }))
}

import type { OrganisationId } from '@slipway/core'
import type { Database } from '@slipway/db'
import { z } from 'zod'

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

/** The closed and closing months, newest first. */
export async function listInvoices(db: Database, organisationId: OrganisationId): Promise<Invoice[]> {
  return db.inOrganisation(organisationId, async (tx) => {
    const rows = await tx.bill.findMany({ where: { organisationId }, orderBy: { month: 'desc' } })
    return rows.map(invoiceOf)
  })
}

export function invoiceOf(row: {
  month: Date
  state: string
  totalCents: number | null
  totalMicroDollars: bigint | null
  digest: string | null
  stripeStatus: string | null
  stripeNumber: string | null
  stripeUrl: string | null
  closedAt: Date | null
}): Invoice {
  return {
    month: row.month.toISOString().slice(0, 7),
    state: z.enum(invoiceStates).parse(row.state === 'closed' ? row.stripeStatus : row.state),
    cents: row.totalCents ?? 0,
    total: (row.totalMicroDollars ?? 0n).toString(),
    digest: row.digest ?? '',
    number: row.stripeNumber,
    url: row.stripeUrl === '' ? null : row.stripeUrl,
    closedAt: row.closedAt?.toISOString() ?? null,
  }
}

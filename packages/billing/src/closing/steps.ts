import type { OrganisationId } from '@slipway/core'
import type { Database, Tx } from '@slipway/db'
import type Stripe from 'stripe'
import type { Month } from '../decide/month.ts'

export type StepContext = {
  db: Database
  stripe: Stripe
  organisationId: OrganisationId
  month: Month
  now: Date
  /** The step was begun before and its end is not known: what it does may be done already. */
  wasBegun: boolean
  /** The same for the same try of the same step. */
  idempotencyKey: string
}

/** Kept in the step's row, for whoever looks into a closing. */
type StepResult = Record<string, string | number>

export type ClosingStep = {
  name: string
  /** Looks first where it may have run before; answers what is worth keeping. */
  run(context: StepContext): Promise<StepResult>
  /** Written together with "done". */
  settle?(tx: Tx, context: StepContext, result: StepResult): Promise<void>
}

/** The invoice that Stripe holds is not the bill that we made. A bug or a hand in Stripe's dashboard: for a person. */
export class InvoiceMismatch extends Error {}

/** From a frozen bill to one open invoice in Stripe, in this order, each safe to repeat. */
export const closingSteps: ClosingStep[] = [
  {
    name: 'customer',
    async run(context) {
      const known = await findKnownCustomer(context)
      if (known !== undefined) return { customer: known }
      const lost = context.wasBegun ? await findLostCustomer(context) : undefined
      if (lost !== undefined) return { customer: lost }
      const { name } = await context.db.inOrganisation(context.organisationId, (tx) =>
        tx.organisation.findUniqueOrThrow({ where: { id: context.organisationId }, select: { name: true } }),
      )
      const made = await context.stripe.customers.create(
        { name, metadata: { organisation: context.organisationId } },
        { idempotencyKey: context.idempotencyKey },
      )
      return { customer: made.id }
    },
    async settle(tx, { organisationId, now }, result) {
      const stripeCustomerId = text(result, 'customer')
      await tx.billingCustomer.upsert({
        where: { organisationId },
        create: { organisationId, stripeCustomerId, createdAt: now },
        update: {},
      })
    },
  },
  {
    name: 'draft',
    async run(context) {
      const { customer, bill } = await readBill(context)
      const found = context.wasBegun ? await findInvoice(context, customer) : undefined
      if (found !== undefined) return { invoice: found }
      const made = await context.stripe.invoices.create(
        {
          customer,
          auto_advance: false,
          collection_method: 'charge_automatically',
          currency: 'usd',
          pending_invoice_items_behavior: 'exclude',
          description: `Slipway, ${monthInWords(context.month)}`,
          footer:
            'The minutes behind this invoice can be downloaded from the bill page and give this digest.',
          custom_fields: [{ name: 'Minutes, SHA-256', value: bill.digest ?? '' }],
          metadata: { organisation: context.organisationId, month: context.month.name },
        },
        { idempotencyKey: context.idempotencyKey },
      )
      return { invoice: made.id }
    },
    async settle(tx, context, result) {
      await tx.bill.update({
        where: { organisationId_month: keyOf(context) },
        data: { stripeInvoiceId: text(result, 'invoice'), stripeStatus: 'draft' },
      })
    },
  },
  {
    name: 'lines',
    async run(context) {
      const { bill, invoice } = await readDraft(context)
      const there = new Set<string | undefined>()
      for await (const line of context.stripe.invoices.listLineItems(invoice, { limit: 100 }))
        there.add(line.metadata.position)
      const lines = bill.lines.filter((line) => !there.has(String(line.position)))
      if (lines.length > 0)
        await context.stripe.invoices.addLines(
          invoice,
          {
            lines: lines.map((line) => ({
              amount: line.amountCents,
              quantity: 1,
              description: line.description,
              period: { start: seconds(context.month.start), end: seconds(context.month.end) },
              metadata: { position: String(line.position) },
            })),
          },
          { idempotencyKey: context.idempotencyKey },
        )
      return { lines: bill.lines.length, added: lines.length }
    },
  },
  {
    name: 'verify',
    async run(context) {
      const { bill, invoice } = await readDraft(context)
      const held = await context.stripe.invoices.retrieve(invoice)
      if (
        held.total_excluding_tax === null ||
        held.total_excluding_tax !== bill.totalCents ||
        held.currency !== 'usd'
      )
        throw new InvoiceMismatch(
          `invoice ${invoice} is ${held.total_excluding_tax} ${held.currency} cents in Stripe and ${bill.totalCents} in the ledger`,
        )
      return { cents: held.total_excluding_tax }
    },
  },
  {
    name: 'finalize',
    async run(context) {
      const { bill, invoice } = await readDraft(context)
      const held = await context.stripe.invoices.retrieve(invoice)
      const final =
        held.status === 'draft'
          ? await context.stripe.invoices.finalizeInvoice(
              invoice,
              { auto_advance: false },
              { idempotencyKey: context.idempotencyKey },
            )
          : held
      if (final.total_excluding_tax !== bill.totalCents)
        throw new InvoiceMismatch(`invoice ${invoice} was finalised at ${final.total_excluding_tax} cents`)
      return { number: final.number ?? '', status: final.status ?? '', url: final.hosted_invoice_url ?? '' }
    },
    async settle(tx, context, result) {
      await tx.bill.update({
        where: { organisationId_month: keyOf(context) },
        data: {
          state: 'closed',
          closedAt: context.now,
          stripeNumber: text(result, 'number'),
          stripeStatus: text(result, 'status'),
          stripeUrl: text(result, 'url'),
        },
      })
    },
  },
]

export function keyOf({ organisationId, month }: Pick<StepContext, 'organisationId' | 'month'>) {
  return { organisationId, month: month.start }
}

async function findKnownCustomer({ db, organisationId }: StepContext): Promise<string | undefined> {
  const row = await db.inOrganisation(organisationId, (tx) =>
    tx.billingCustomer.findUnique({ where: { organisationId } }),
  )
  return row?.stripeCustomerId
}

/** A customer that was made without our hearing of it is no older than the bill; an hour is for clocks that differ. */
async function findLostCustomer(context: StepContext): Promise<string | undefined> {
  const bill = await context.db.inOrganisation(context.organisationId, (tx) =>
    tx.bill.findUniqueOrThrow({ where: { organisationId_month: keyOf(context) } }),
  )
  const since = seconds(bill.createdAt) - 3600
  for await (const customer of context.stripe.customers.list({ created: { gte: since }, limit: 100 }))
    if (customer.metadata.organisation === context.organisationId) return customer.id
  return undefined
}

async function findInvoice({ stripe, organisationId, month }: StepContext, customer: string) {
  for await (const { id, metadata } of stripe.invoices.list({ customer, limit: 100 }))
    if (metadata?.organisation === organisationId && metadata.month === month.name) return id
  return undefined
}

async function readBill(context: StepContext) {
  const customer = await findKnownCustomer(context)
  if (customer === undefined) throw new Error('a bill without a customer has come past its step')
  const bill = await context.db.inOrganisation(context.organisationId, (tx) =>
    tx.bill.findUniqueOrThrow({
      where: { organisationId_month: keyOf(context) },
      include: { lines: { orderBy: { position: 'asc' } } },
    }),
  )
  return { customer, bill }
}

async function readDraft(context: StepContext) {
  const { bill } = await readBill(context)
  if (bill.stripeInvoiceId === null) throw new Error('a bill without an invoice has come past its step')
  return { bill, invoice: bill.stripeInvoiceId }
}

function text(result: StepResult, name: string): string {
  return String(result[name] ?? '')
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000)
}

function monthInWords(month: Month): string {
  return month.start.toLocaleDateString('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' })
}

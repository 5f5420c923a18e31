import { z } from 'zod'
import { findCustomer } from './customers.ts'
import { listPage, listQuery } from './lists.ts'
import { applyMetadata, metadataInput } from './metadata.ts'
import type { Context, Operations } from './operation.ts'
import { missing, Refusal } from './refusal.ts'
import { renderInvoice, renderInvoiceItem, renderLine, total } from './render-invoice.ts'
import type { Invoice } from './state.ts'

const customFields = z.array(z.strictObject({ name: z.string().max(40), value: z.string().max(140) })).max(4)

/** The double advances nothing by itself, so only the manual way is taken: `auto_advance=false`. */
const autoAdvance = z.literal(false).optional()

const editable = z.strictObject({
  auto_advance: autoAdvance,
  description: z.string().optional(),
  footer: z.string().optional(),
  custom_fields: customFields.optional(),
  metadata: metadataInput,
})

const createInput = editable.extend({
  customer: z.string(),
  auto_advance: z.literal(false),
  collection_method: z.enum(['charge_automatically', 'send_invoice']).default('charge_automatically'),
  days_until_due: z.number().optional(),
  currency: z.literal('usd').default('usd'),
  pending_invoice_items_behavior: z.literal('exclude').default('exclude'),
})

const linesInput = z.strictObject({
  lines: z
    .array(
      z.strictObject({
        amount: z.number().int(),
        quantity: z.literal(1).default(1),
        description: z.string().optional(),
        metadata: metadataInput,
        period: z.strictObject({ start: z.number(), end: z.number() }).optional(),
      }),
    )
    .min(1)
    .max(250),
  invoice_metadata: metadataInput,
})

export const invoiceOperations: Operations = {
  'GET /v1/invoices'({ state, body, url }) {
    const { customer, status, collection_method, ...query } = listQuery
      .extend({
        customer: z.string().optional(),
        status: z.string().optional(),
        collection_method: z.string().optional(),
      })
      .parse(body)
    const invoices = state.invoices.filter(
      (invoice) =>
        (customer === undefined || invoice.customer === customer) &&
        (status === undefined || invoice.status === status) &&
        (collection_method === undefined || invoice.collectionMethod === collection_method),
    )
    return listPage('/v1/invoices', invoices, query, (invoice) => renderInvoice(invoice, url))
  },

  'POST /v1/invoices'(context) {
    const input = createInput.parse(context.body)
    const customer = findCustomer(context, input.customer, 'customer')
    if (input.collection_method === 'send_invoice' && input.days_until_due === undefined)
      throw new Refusal('You must pass days_until_due when collection_method is send_invoice.', {
        parameter: 'days_until_due',
      })
    const invoice: Invoice = {
      id: context.newId('in'),
      created: context.now,
      customer: customer.id,
      status: 'draft',
      collectionMethod: input.collection_method,
      daysUntilDue: input.days_until_due ?? null,
      currency: input.currency,
      description: input.description ?? null,
      footer: input.footer ?? null,
      customFields: input.custom_fields ?? null,
      metadata: applyMetadata({}, input.metadata),
      lines: [],
      number: null,
      finalizedAt: null,
      paidAt: null,
      voidedAt: null,
    }
    context.state.invoices.push(invoice)
    return told(context, 'invoice.created', invoice)
  },

  'GET /v1/invoices/{invoice}': (context) => renderInvoice(findInvoice(context), context.url),

  'POST /v1/invoices/{invoice}'(context) {
    const invoice = findInvoice(context)
    mustBe(invoice, 'draft', 'be updated')
    const input = editable.parse(context.body)
    invoice.description = input.description ?? invoice.description
    invoice.footer = input.footer ?? invoice.footer
    invoice.customFields = input.custom_fields ?? invoice.customFields
    invoice.metadata = applyMetadata(invoice.metadata, input.metadata)
    return told(context, 'invoice.updated', invoice)
  },

  'DELETE /v1/invoices/{invoice}'(context) {
    const invoice = findInvoice(context)
    mustBe(invoice, 'draft', 'be deleted')
    context.state.invoices.splice(context.state.invoices.indexOf(invoice), 1)
    context.tell('invoice.deleted', renderInvoice(invoice, context.url))
    return { id: invoice.id, object: 'invoice', deleted: true }
  },

  'GET /v1/invoices/{invoice}/lines'(context) {
    const invoice = findInvoice(context)
    const { created: _, ...shape } = listQuery.shape
    const query = z.strictObject(shape).parse(context.body)
    const oldestFirst = invoice.lines.toReversed()
    return listPage(`/v1/invoices/${invoice.id}/lines`, oldestFirst, query, (line) =>
      renderLine(line, invoice),
    )
  },

  'POST /v1/invoices/{invoice}/add_lines'(context) {
    const invoice = findInvoice(context)
    mustBe(invoice, 'draft', 'have lines added')
    const input = linesInput.parse(context.body)
    for (const line of input.lines)
      invoice.lines.push({
        id: context.newId('il'),
        invoiceItem: context.newId('ii'),
        created: context.now,
        amount: line.amount,
        description: line.description ?? null,
        metadata: applyMetadata({}, line.metadata),
        period: line.period ?? { start: context.now, end: context.now },
      })
    invoice.metadata = applyMetadata(invoice.metadata, input.invoice_metadata)
    return told(context, 'invoice.updated', invoice)
  },

  'POST /v1/invoices/{invoice}/finalize'(context) {
    const invoice = findInvoice(context)
    mustBe(invoice, 'draft', 'be finalized')
    z.strictObject({ auto_advance: autoAdvance }).parse(context.body)
    const customer = findCustomer(context, invoice.customer)
    const sequence = String(customer.nextInvoiceSequence).padStart(4, '0')
    customer.nextInvoiceSequence += 1
    invoice.number = `${customer.invoicePrefix}-${sequence}`
    invoice.status = 'open'
    invoice.finalizedAt = context.now
    told(context, 'invoice.finalized', invoice)
    // An invoice of nothing is paid the moment it is final.
    if (total(invoice) <= 0) return markPaid(context, invoice)
    return renderInvoice(invoice, context.url)
  },

  'POST /v1/invoices/{invoice}/void'(context) {
    const invoice = findInvoice(context)
    mustBe(invoice, 'open', 'be voided')
    z.strictObject({}).parse(context.body)
    invoice.status = 'void'
    invoice.voidedAt = context.now
    return told(context, 'invoice.voided', invoice)
  },

  'POST /v1/invoices/{invoice}/pay'(context) {
    const invoice = findInvoice(context)
    mustBe(invoice, 'open', 'be paid')
    const { paid_out_of_band } = z
      .strictObject({ paid_out_of_band: z.boolean().optional() })
      .parse(context.body)
    if (paid_out_of_band !== true)
      throw new Refusal(
        'This customer has no attached payment source or default payment method. Please consider adding a default payment method.',
        { code: 'resource_missing' },
      )
    return markPaid(context, invoice)
  },

  'GET /v1/invoiceitems'({ state, body }) {
    const { customer, invoice, ...query } = listQuery
      .extend({ customer: z.string().optional(), invoice: z.string().optional() })
      .parse(body)
    const items = state.invoices
      .filter((candidate) => customer === undefined || candidate.customer === customer)
      .filter((candidate) => invoice === undefined || candidate.id === invoice)
      .flatMap((candidate) =>
        candidate.lines.map((line) => ({ ...line, id: line.invoiceItem, of: candidate, line })),
      )
    return listPage('/v1/invoiceitems', items, query, (item) => renderInvoiceItem(item.line, item.of))
  },

  'GET /v1/invoiceitems/{invoiceitem}'({ state, parameters }) {
    const id = parameters.invoiceitem ?? ''
    for (const invoice of state.invoices)
      for (const line of invoice.lines) if (line.invoiceItem === id) return renderInvoiceItem(line, invoice)
    throw missing('invoiceitem', id)
  },
}

function findInvoice({ state, parameters }: Context): Invoice {
  const id = parameters.invoice ?? ''
  const invoice = state.invoices.find((candidate) => candidate.id === id)
  if (invoice === undefined) throw missing('invoice', id)
  return invoice
}

function mustBe(invoice: Invoice, status: Invoice['status'], act: string): void {
  if (invoice.status !== status)
    throw new Refusal(
      `Invoice ${invoice.id} is ${invoice.status} and can't ${act}: only ${status} invoices can.`,
      {
        code: 'invoice_not_editable',
      },
    )
}

function markPaid(context: Context, invoice: Invoice): Record<string, unknown> {
  invoice.status = 'paid'
  invoice.paidAt = context.now
  return told(context, 'invoice.paid', invoice)
}

function told(context: Context, type: string, invoice: Invoice): Record<string, unknown> {
  const rendered = renderInvoice(invoice, context.url)
  context.tell(type, rendered)
  return rendered
}

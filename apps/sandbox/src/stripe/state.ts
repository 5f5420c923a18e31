import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const metadata = z.record(z.string(), z.string())
const period = z.object({ start: z.number(), end: z.number() })

const customer = z.object({
  id: z.string(),
  created: z.number(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  description: z.string().nullable(),
  metadata,
  invoicePrefix: z.string(),
  nextInvoiceSequence: z.number(),
})

const line = z.object({
  id: z.string(),
  invoiceItem: z.string(),
  created: z.number(),
  amount: z.number().int(),
  description: z.string().nullable(),
  metadata,
  period,
})

const invoice = z.object({
  id: z.string(),
  created: z.number(),
  customer: z.string(),
  status: z.enum(['draft', 'open', 'paid', 'void']),
  collectionMethod: z.enum(['charge_automatically', 'send_invoice']),
  daysUntilDue: z.number().nullable(),
  currency: z.string(),
  description: z.string().nullable(),
  footer: z.string().nullable(),
  customFields: z.array(z.object({ name: z.string(), value: z.string() })).nullable(),
  metadata,
  lines: z.array(line),
  number: z.string().nullable(),
  finalizedAt: z.number().nullable(),
  paidAt: z.number().nullable(),
  voidedAt: z.number().nullable(),
})

const event = z.object({
  id: z.string(),
  created: z.number(),
  type: z.string(),
  object: z.record(z.string(), z.unknown()),
  requestId: z.string(),
  idempotencyKey: z.string().nullable(),
  /** True until the webhook was taken with a 2xx. */
  pending: z.boolean(),
  attempts: z.number(),
})

const keptAnswer = z.object({ request: z.string(), status: z.number(), body: z.unknown(), at: z.number() })

const stateSchema = z.object({
  customers: z.array(customer),
  invoices: z.array(invoice),
  events: z.array(event),
  idempotency: z.record(z.string(), keptAnswer),
})

export type Customer = z.infer<typeof customer>
export type Invoice = z.infer<typeof invoice>
export type InvoiceLine = z.infer<typeof line>
export type StripeEvent = z.infer<typeof event>
export type State = z.infer<typeof stateSchema>

/**
 * All that the double knows, oldest first in each list, in one file of `folder`. `save` replaces the file
 * whole, so that a kill leaves the old or the new state and nothing between.
 */
export function openState(folder: string): { state: State; save(): void } {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'stripe.json')
  const state = read(file)
  return {
    state,
    save() {
      writeFileSync(`${file}.new`, JSON.stringify(state))
      renameSync(`${file}.new`, file)
    },
  }
}

function read(file: string): State {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { customers: [], invoices: [], events: [], idempotency: {} }
    throw error
  }
  return stateSchema.parse(JSON.parse(text))
}

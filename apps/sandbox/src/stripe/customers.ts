import { z } from 'zod'
import { listPage, listQuery } from './lists.ts'
import { applyMetadata, metadataInput } from './metadata.ts'
import type { Context, Operations } from './operation.ts'
import { missing } from './refusal.ts'
import type { Customer } from './state.ts'

const customerInput = z.strictObject({
  name: z.string().optional(),
  email: z.string().optional(),
  description: z.string().optional(),
  metadata: metadataInput,
})

export const customerOperations: Operations = {
  'GET /v1/customers'({ state, body }) {
    const { email, ...query } = listQuery.extend({ email: z.string().optional() }).parse(body)
    const customers = state.customers.filter((customer) => email === undefined || customer.email === email)
    return listPage('/v1/customers', customers, query, renderCustomer)
  },

  'POST /v1/customers'(context) {
    const input = customerInput.parse(context.body)
    const customer: Customer = {
      id: context.newId('cus'),
      created: context.now,
      name: input.name ?? null,
      email: input.email ?? null,
      description: input.description ?? null,
      metadata: applyMetadata({}, input.metadata),
      invoicePrefix: context.newId('').slice(1, 9).toUpperCase(),
      nextInvoiceSequence: 1,
    }
    context.state.customers.push(customer)
    context.tell('customer.created', renderCustomer(customer))
    return renderCustomer(customer)
  },

  'GET /v1/customers/{customer}': (context) =>
    renderCustomer(findCustomer(context, context.parameters.customer)),

  'POST /v1/customers/{customer}'(context) {
    const customer = findCustomer(context, context.parameters.customer)
    const input = customerInput.parse(context.body)
    customer.name = input.name ?? customer.name
    customer.email = input.email ?? customer.email
    customer.description = input.description ?? customer.description
    customer.metadata = applyMetadata(customer.metadata, input.metadata)
    context.tell('customer.updated', renderCustomer(customer))
    return renderCustomer(customer)
  },
}

export function findCustomer({ state }: Context, id = '', parameter = 'id'): Customer {
  const customer = state.customers.find((candidate) => candidate.id === id)
  if (customer === undefined) throw missing('customer', id, parameter)
  return customer
}

function renderCustomer(customer: Customer): Record<string, unknown> {
  return {
    id: customer.id,
    object: 'customer',
    address: null,
    balance: 0,
    created: customer.created,
    currency: null,
    default_source: null,
    delinquent: false,
    description: customer.description,
    discount: null,
    email: customer.email,
    invoice_prefix: customer.invoicePrefix,
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: customer.metadata,
    name: customer.name,
    next_invoice_sequence: customer.nextInvoiceSequence,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  }
}

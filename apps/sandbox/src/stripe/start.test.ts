import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stoppedClock } from '@slipway/core'
import Stripe from 'stripe'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type StripeDouble, start } from './index.ts'

const secret = 'whsec_test'
const clock = stoppedClock(new Date('2026-12-01T00:30:00Z'))
const received: Stripe.Event[] = []
let refuseWebhooks = 0
let folder: string
let double: StripeDouble
let stripe: Stripe
let webhookUrl: string

const receiver = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(Buffer.from(chunk)))
  request.on('end', () => {
    const refused = refuseWebhooks > 0
    if (refused) refuseWebhooks -= 1
    else
      received.push(
        Stripe.webhooks.constructEvent(
          Buffer.concat(chunks),
          String(request.headers['stripe-signature']),
          secret,
        ),
      )
    response.writeHead(refused ? 503 : 200).end()
  })
})

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stripe-double-'))
  received.length = 0
  refuseWebhooks = 0
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const address = receiver.address()
  webhookUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/webhooks/stripe`
  await begin()
})

afterEach(async () => {
  await double.stop()
  receiver.closeAllConnections()
  await new Promise((resolve) => receiver.close(resolve))
  rmSync(folder, { recursive: true })
})

async function begin(): Promise<void> {
  double = await start({ port: 0, folder, webhookUrl, webhookSecret: secret, clock })
  const { hostname, port } = new URL(double.url)
  stripe = new Stripe('sk_test_double', { host: hostname, port, protocol: 'http', maxNetworkRetries: 0 })
}

async function draft(cents: number): Promise<Stripe.Invoice> {
  const customer = await stripe.customers.create({ name: 'Acme', metadata: { organisation: 'org_1' } })
  const invoice = await stripe.invoices.create({
    customer: customer.id,
    auto_advance: false,
    metadata: { month: '2026-11' },
  })
  const period = { start: 1_793_491_200, end: 1_796_083_200 }
  return stripe.invoices.addLines(invoice.id, {
    lines: [{ amount: cents, quantity: 1, description: 'Awake hours', period }],
  })
}

test('a finalised invoice is open, has a number and the exact total, and is there again after a restart', async () => {
  const invoice = await draft(3059)
  expect(invoice.total_excluding_tax).toBe(3059)
  const final = await stripe.invoices.finalizeInvoice(invoice.id, { auto_advance: false })
  expect(final.status).toBe('open')
  expect(final.number).toMatch(/-0001$/)

  await double.stop()
  await begin()
  const kept = await stripe.invoices.retrieve(invoice.id)
  expect(kept).toMatchObject({ status: 'open', number: final.number, total: 3059, auto_advance: false })
  expect(kept.created).toBe(clock.now().getTime() / 1000)
})

test('an invoice that is final takes no more lines and cannot be finalised again', async () => {
  const { id } = await draft(100)
  await stripe.invoices.finalizeInvoice(id, { auto_advance: false })
  await expect(stripe.invoices.addLines(id, { lines: [{ amount: 1 }] })).rejects.toMatchObject({
    statusCode: 400,
  })
  await expect(stripe.invoices.finalizeInvoice(id)).rejects.toMatchObject({ statusCode: 400 })
})

test('without a way to pay a charge is refused, out of band and void are taken', async () => {
  const first = await draft(100)
  await stripe.invoices.finalizeInvoice(first.id)
  await expect(stripe.invoices.pay(first.id)).rejects.toMatchObject({ code: 'resource_missing' })
  expect((await stripe.invoices.pay(first.id, { paid_out_of_band: true })).status).toBe('paid')
  const second = await draft(100)
  await stripe.invoices.finalizeInvoice(second.id)
  expect((await stripe.invoices.voidInvoice(second.id)).status).toBe('void')
})

test('the same idempotency key answers the same and refuses another body', async () => {
  const options = { idempotencyKey: 'once' }
  const first = await stripe.customers.create({ name: 'Acme' }, options)
  const again = await stripe.customers.create({ name: 'Acme' }, options)
  expect(again.id).toBe(first.id)
  await expect(stripe.customers.create({ name: 'Other' }, options)).rejects.toMatchObject({
    type: 'StripeIdempotencyError',
  })
  expect((await stripe.customers.list()).data).toHaveLength(1)
})

test('unknown fields are refused at any depth, and fields that the double does not do', async () => {
  const customer = await stripe.customers.create({ name: 'Acme' })
  const raw = (path: string, form: Record<string, string>) =>
    fetch(`${double.url}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_double' },
      body: new URLSearchParams(form),
    })
  expect((await raw('/v1/customers', { emial: 'x' })).status).toBe(400)
  const invoice = { customer: customer.id, auto_advance: 'false' }
  expect((await raw('/v1/invoices', { ...invoice, 'automatic_tax[enabeld]': 'true' })).status).toBe(400)
  expect((await raw('/v1/invoices', { ...invoice, 'automatic_tax[enabled]': 'true' })).status).toBe(400)
  expect((await raw('/v1/invoices', { ...invoice, auto_advance: 'true' })).status).toBe(400)
  expect((await raw('/v1/invoices', invoice)).status).toBe(200)
})

test('lists filter by customer and status and page with has_more', async () => {
  const one = await draft(100)
  await draft(200)
  await stripe.invoices.create({ customer: String(one.customer), auto_advance: false })
  await stripe.invoices.finalizeInvoice(one.id)
  const customer = String(one.customer)
  expect((await stripe.invoices.list({ customer })).data).toHaveLength(2)
  expect((await stripe.invoices.list({ customer, status: 'open' })).data.map((i) => i.id)).toEqual([one.id])
  const page = await stripe.invoices.list({ limit: 2 })
  expect(page).toMatchObject({ has_more: true })
  const ids = []
  for await (const invoice of stripe.invoices.list({ limit: 2 })) ids.push(invoice.id)
  expect(new Set(ids).size).toBe(3)
  await expect(stripe.customers.retrieve('cus_none')).rejects.toMatchObject({ statusCode: 404 })
})

test('an answer lost after the fact leaves the fact, found by customer and metadata', async () => {
  const customer = await stripe.customers.create({ name: 'Acme' })
  // Twice, as the library tries a reset connection once more by itself.
  double.ask({ method: 'POST', path: /^\/v1\/invoices$/, kind: 'lost-answer', count: 2 })
  const input = { customer: customer.id, auto_advance: false, metadata: { month: '2026-11' } }
  await expect(stripe.invoices.create(input, { idempotencyKey: 'draft' })).rejects.toMatchObject({
    type: 'StripeConnectionError',
  })
  const found = await stripe.invoices.list({ customer: customer.id })
  expect(found.data.map((invoice) => invoice.metadata?.month)).toEqual(['2026-11'])
  expect((await stripe.invoices.create(input, { idempotencyKey: 'draft' })).id).toBe(found.data[0]?.id)
})

test('every change is told by a signed webhook, again until it is taken, and listed as an event', async () => {
  refuseWebhooks = 1
  const { id } = await draft(100)
  await stripe.invoices.finalizeInvoice(id)
  await expect
    .poll(() => received.map((event) => event.type), { timeout: 10_000 })
    .toContain('invoice.finalized')
  await expect.poll(() => received.length, { timeout: 10_000 }).toBe(4)
  const events = await stripe.events.list({ limit: 10 })
  expect(events.data.map((event) => event.type).toSorted()).toEqual([
    'customer.created',
    'invoice.created',
    'invoice.finalized',
    'invoice.updated',
  ])
  expect(events.data[0]?.api_version).toBe(stripe.getApiField('version'))
})

test('its page lists the invoices and shows one with its lines', async () => {
  const { id } = await draft(3059)
  expect(await (await fetch(double.url)).text()).toContain('$30.59')
  expect(await (await fetch(`${double.url}/invoices/${id}`)).text()).toContain('Awake hours')
  expect((await fetch(`${double.url}/invoices/in_none`)).status).toBe(404)
})

import { fromCents, type OrganisationId, stoppedClock } from '@slipway/core'
import type { Database } from '@slipway/db'
import { testDatabase } from '@slipway/db/testing'
import type Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { wholeHour } from '../decide/mask.ts'
import { cutoffOf } from '../decide/month.ts'
import { digestOf } from '../digest.ts'
import { askIn, readBasis } from '../read-basis.ts'
import { readBill } from '../read-bill.ts'
import { switchPlan } from '../switch-plan.ts'
import { addMember, addOrganisation, monthOrThrow, recordHours, run } from '../testing/setting.ts'
import { startStripeDouble } from '../testing/stripe-double.ts'
import { closeMonthHandler } from './close-month-handler.ts'
import { runClosing } from './run-closing.ts'
import { InvoiceMismatch } from './steps.ts'

const november = monthOrThrow('2026-11')
const during = new Date('2026-11-20T10:00:00Z')
const after = cutoffOf(november)
const clock = stoppedClock(during)
let t: Awaited<ReturnType<typeof testDatabase>>
let double: Awaited<ReturnType<typeof startStripeDouble>>

beforeAll(async () => {
  t = await testDatabase()
  double = await startStripeDouble()
  await double.setClock(after)
})
afterAll(async () => {
  await double.stop()
  await t.close()
})
beforeEach(() => clock.set(during))

/** Two services always on: 1,440 h, the first 750 free, 690 × $0.006. */
const cents = 414

async function busyOrganisation(): Promise<OrganisationId> {
  const id = await addOrganisation(t.db, new Date('2026-10-01T00:00:00Z'))
  for (const serviceId of ['svc_a', 'svc_b'])
    await recordHours(t.db, id, { serviceId, start: november.start, hours: 720, mask: wholeHour }, clock)
  clock.set(after)
  return id
}

/** The same as cheap to make: one seat, no usage. */
async function seatedOrganisation(): Promise<OrganisationId> {
  const since = new Date('2026-10-01T00:00:00Z')
  clock.set(since)
  const id = await addOrganisation(t.db, since)
  await addMember(t.db, id, { since })
  await switchPlan(t.db, id, { plan: 'seats', by: 'usr_owner' }, clock)
  clock.set(after)
  return id
}

const seatCents = 1200

function close(
  organisationId: OrganisationId,
  db: Database = t.db,
  stripe: Stripe = double.stripe,
): Promise<void> {
  return runClosing({ db, stripe, clock, organisationId, month: november })
}

async function invoicesOf(organisationId: OrganisationId): Promise<Stripe.Invoice[]> {
  const invoices: Stripe.Invoice[] = []
  for await (const invoice of double.stripe.invoices.list({ limit: 100 }))
    if (invoice.metadata?.organisation === organisationId) invoices.push(invoice)
  return invoices
}

async function expectOneOpenInvoice(
  organisationId: OrganisationId,
  expected = cents,
): Promise<Stripe.Invoice> {
  const invoices = await invoicesOf(organisationId)
  expect(
    invoices.map((invoice) => [invoice.status, invoice.total_excluding_tax, invoice.auto_advance]),
  ).toEqual([['open', expected, false]])
  const bill = await billOf(organisationId)
  expect(bill).toMatchObject({ state: 'closed', totalCents: expected, stripeStatus: 'open' })
  expect(bill?.stripeInvoiceId).toBe(invoices[0]?.id)
  expect(bill?.lines.reduce((sum, line) => sum + line.amountCents, 0)).toBe(expected)
  const [invoice] = invoices
  if (invoice === undefined) throw new Error('no invoice')
  return invoice
}

function billOf(organisationId: OrganisationId) {
  return t.db.inOrganisation(organisationId, (tx) =>
    tx.bill.findUnique({
      where: { organisationId_month: { organisationId, month: november.start } },
      include: { lines: true, steps: { orderBy: { startedAt: 'asc' } } },
    }),
  )
}

test('a month becomes one open invoice, equal to the ledger to the cent, and closing again makes none', async () => {
  const id = await busyOrganisation()
  await close(id)
  const invoice = await expectOneOpenInvoice(id)
  const basis = await t.db.inOrganisation(id, (tx) => readBasis(askIn(tx), id, november, november.end))
  expect(invoice.custom_fields?.[0]?.value).toBe(digestOf(basis.awake))
  expect(invoice.lines.data.map((line) => [line.amount, line.quantity])).toEqual([[cents, 1]])
  await close(id)
  await close(id)
  await expectOneOpenInvoice(id)
})

test('before its cutoff a month does not close', async () => {
  const id = await busyOrganisation()
  clock.set(new Date(after.getTime() - 1))
  await close(id)
  expect(await billOf(id)).toBeNull()
})

test('with a switch of plan in it, it has a line of each plan, and the total is theirs', async () => {
  const id = await addOrganisation(t.db, new Date('2026-10-01T00:00:00Z'))
  for (const serviceId of ['svc_a', 'svc_b', 'svc_c'])
    await recordHours(t.db, id, { serviceId, start: november.start, hours: 720, mask: wholeHour }, clock)
  await addMember(t.db, id, { since: new Date('2026-10-01T00:00:00Z') })
  await addMember(t.db, id, { since: new Date('2026-10-01T00:00:00Z'), role: 'viewer' })
  clock.set(new Date('2026-11-15T23:59:30Z'))
  const owner = { by: 'usr_owner' }
  const { since } = await switchPlan(t.db, id, { plan: 'seats', ...owner }, clock)
  expect(since?.toISOString()).toBe('2026-11-16T00:00:00.000Z')
  clock.set(after)
  await close(id)
  // Half a month of three services, 1,080 h less 750 free, and half of one seat.
  const invoice = await expectOneOpenInvoice(id, 198 + 600)
  expect(invoice.lines.data.map((line) => line.amount).toSorted((a, b) => a - b)).toEqual([198, 600])
})

test('a total under fifty cents is waived and Stripe hears nothing of it', async () => {
  const id = await addOrganisation(t.db, new Date('2026-10-01T00:00:00Z'))
  await recordHours(
    t.db,
    id,
    { serviceId: 'svc_a', start: november.start, hours: 720, mask: wholeHour },
    clock,
  )
  clock.set(after)
  await close(id)
  expect(await billOf(id)).toMatchObject({ state: 'waived', totalCents: 0, stripeInvoiceId: null })
  expect(await invoicesOf(id)).toEqual([])
})

test('what is recorded after the cutoff moves neither the bill nor a recomputation of it', async () => {
  const id = await busyOrganisation()
  await close(id)
  const late = { serviceId: 'svc_late', start: november.start, hours: 720, mask: wholeHour }
  await recordHours(t.db, id, late, clock)
  // Also by a process whose clock is still behind the cutoff.
  await recordHours(t.db, id, { ...late, serviceId: 'svc_slow' }, stoppedClock(during))
  await close(id)
  const invoice = await expectOneOpenInvoice(id)
  const basis = await t.db.inOrganisation(id, (tx) => readBasis(askIn(tx), id, november, november.end))
  expect(digestOf(basis.awake)).toBe(invoice.custom_fields?.[0]?.value)
  const page = await readBill(t.db, id, '2026-11', clock)
  expect(page).toMatchObject({ cents, total: String(fromCents(cents)), invoice: { state: 'open', cents } })
  expect(page.services.map((service) => service.serviceId)).toEqual(['svc_a', 'svc_b'])
})

test('closed by several workers at once, it is still one invoice', async () => {
  const id = await busyOrganisation()
  const ends = await Promise.allSettled([close(id), close(id), close(id)])
  for (const end of ends) if (end.status === 'rejected') await close(id)
  await expectOneOpenInvoice(id)
})

test('after a month the next one has its timer', async () => {
  const id = await busyOrganisation()
  await close(id)
  const timers = await t.db.inOrganisation(id, (tx) =>
    tx.outbox.findMany({ where: { name: 'billing.close-month' }, orderBy: { dueAt: 'asc' } }),
  )
  expect(timers.map((timer) => timer.dueAt.toISOString())).toEqual([
    '2026-12-01T00:30:00.000Z',
    '2027-01-01T00:30:00.000Z',
  ])
})

test('an invoice that a hand changed in Stripe is not finalised', async () => {
  const id = await busyOrganisation()
  await double.ask({ method: 'GET', path: '^/v1/invoices/[^/]+$', kind: 'error', count: 9 })
  await expect(close(id)).rejects.toThrow()
  await double.calm()
  const [draft] = await invoicesOf(id)
  await double.stripe.invoices.addLines(draft?.id ?? '', { lines: [{ amount: 1, description: 'by hand' }] })
  await expect(close(id)).rejects.toThrow(InvoiceMismatch)
  expect((await invoicesOf(id)).map((invoice) => invoice.status)).toEqual(['draft'])
})

test('killed before or after any of its transactions, it ends in one invoice when run again', async () => {
  const measured = await seatedOrganisation()
  const whole = countCalls(t.db)
  await close(measured, whole.db)
  expect(whole.calls()).toBeGreaterThan(15)
  for (let call = 1; call <= whole.calls(); call++)
    for (const moment of ['before', 'after'] as const) {
      const id = await seatedOrganisation()
      await expect(close(id, dyingDatabase(t.db, call, moment))).rejects.toThrow('killed')
      await close(id)
      await expectOneOpenInvoice(id, seatCents)
    }
}, 120_000)

const requests = [
  { method: 'POST', path: '^/v1/customers$' },
  { method: 'POST', path: '^/v1/invoices$' },
  { method: 'GET', path: '/lines$' },
  { method: 'POST', path: '/add_lines$' },
  { method: 'GET', path: '^/v1/invoices/[^/]+$' },
  { method: 'POST', path: '/finalize$' },
]

test.each(requests)(
  'when Stripe fails, is away, or its answer is lost at $method $path, it ends in one invoice',
  async (request) => {
    for (const kind of ['error', 'unreachable', 'lost-answer'] as const) {
      const id = await seatedOrganisation()
      await double.ask({ ...request, kind, count: 9 })
      await expect(
        run(closeMonthHandler(double.stripe), { organisationId: id, month: '2026-11' }, t.db, clock),
      ).rejects.toMatchObject({
        name: 'Transient',
      })
      await double.calm()
      await close(id)
      await expectOneOpenInvoice(id, seatCents)
      const customers = []
      for await (const customer of double.stripe.customers.list({ limit: 100 }))
        if (customer.metadata.organisation === id) customers.push(customer.id)
      expect(customers).toHaveLength(1)
    }
  },
  60_000,
)

test('a day after a lost answer, when its key is forgotten, the invoice that exists is found', async () => {
  const id = await seatedOrganisation()
  await double.ask({ method: 'POST', path: '^/v1/invoices$', kind: 'lost-answer', count: 9 })
  await expect(close(id)).rejects.toThrow()
  await double.calm()
  const later = new Date(after.getTime() + 30 * 60 * 60_000)
  clock.set(later)
  await double.setClock(later)
  await close(id)
  await double.setClock(after)
  await expectOneOpenInvoice(id, seatCents)
})

function countCalls(db: Database): { db: Database; calls(): number } {
  let calls = 0
  return {
    db: {
      ...db,
      inOrganisation(id, work) {
        calls += 1
        return db.inOrganisation(id, work)
      },
    },
    calls: () => calls,
  }
}

/** As if the process were killed before the nth transaction, or between its commit and our hearing of it. */
function dyingDatabase(db: Database, dying: number, moment: 'before' | 'after'): Database {
  let calls = 0
  let isDead = false
  return {
    ...db,
    async inOrganisation(id, work) {
      calls += 1
      if (isDead || (calls === dying && moment === 'before')) {
        isDead = true
        throw new Error('killed')
      }
      const result = await db.inOrganisation(id, work)
      if (calls !== dying) return result
      isDead = true
      throw new Error('killed')
    },
  }
}

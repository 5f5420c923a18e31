import { type OrganisationId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runClosing } from '../closing/run-closing.ts'
import { cutoffOf } from '../decide/month.ts'
import { listInvoices } from '../list-invoices.ts'
import { switchPlan } from '../switch-plan.ts'
import { addMember, addOrganisation, monthOrThrow, run } from '../testing/setting.ts'
import { startStripeDouble } from '../testing/stripe-double.ts'
import { applyStripeEventHandler } from './apply-event.ts'
import { receiveStripeWebhook } from './receive-webhook.ts'

const secret = 'whsec_test'
const november = monthOrThrow('2026-11')
const clock = stoppedClock(new Date('2026-10-10T00:00:00Z'))
let t: Awaited<ReturnType<typeof testDatabase>>
let double: Awaited<ReturnType<typeof startStripeDouble>>
let organisationId: OrganisationId

beforeAll(async () => {
  t = await testDatabase()
  double = await startStripeDouble()
  const since = clock.now()
  organisationId = await addOrganisation(t.db, since)
  await addMember(t.db, organisationId, { since })
  await switchPlan(t.db, organisationId, { plan: 'seats', by: 'usr_1' }, clock)
  clock.set(cutoffOf(november))
  await double.setClock(clock.now())
  await runClosing({ db: t.db, stripe: double.stripe, clock, organisationId, month: november })
})
afterAll(async () => {
  await double.stop()
  await t.close()
})

const state = async () => (await listInvoices(t.db, organisationId)).map((invoice) => invoice.state)

async function events(): Promise<Stripe.Event[]> {
  return (await double.stripe.events.list({ limit: 100 })).data
}

async function deliver(event: object, signedWith = secret): Promise<void> {
  const body = JSON.stringify(event)
  const signature = Stripe.webhooks.generateTestHeaderString({ payload: body, secret: signedWith })
  await receiveStripeWebhook(t.db, { body: Buffer.from(body), signature }, secret, clock)
}

async function jobs() {
  return t.db.inSystem('sweep', (tx) =>
    tx.outbox.findMany({ where: { name: 'billing.apply-stripe-event' }, orderBy: { id: 'asc' } }),
  )
}

test('a webhook that Stripe did not sign is refused and not stored', async () => {
  const [event] = await events()
  await expect(deliver(event ?? {}, 'whsec_other')).rejects.toMatchObject({
    fields: { code: 'stripe-signature' },
  })
  await expect(
    receiveStripeWebhook(t.db, { body: '{}', signature: undefined }, secret, clock),
  ).rejects.toMatchObject({ fields: { code: 'stripe-signature' } })
  expect(await jobs()).toEqual([])
})

test('events in any order, each twice, end in what Stripe says now', async () => {
  expect(await state()).toEqual(['open'])
  const [invoice] = (await double.stripe.invoices.list()).data
  await double.stripe.invoices.pay(invoice?.id ?? '', { paid_out_of_band: true })
  const told = await events()
  for (const event of [...told, ...told.toReversed()]) await deliver(event)
  const asked = await jobs()
  expect(asked).toHaveLength(told.length)
  for (const job of [...asked, ...asked]) {
    await run(applyStripeEventHandler(double.stripe), job.payload, t.db, clock)
  }
  expect(await state()).toEqual(['paid'])
})

test('a forged fact in a signed event changes nothing: only what Stripe answers counts', async () => {
  const [event] = await events()
  const forged = {
    ...event,
    id: 'evt_forged',
    data: { object: { object: 'invoice', id: 'in_of_nobody', status: 'void' } },
  }
  await deliver(forged)
  const job = (await jobs()).at(-1)
  await run(applyStripeEventHandler(double.stripe), job?.payload, t.db, clock)
  expect(await state()).toEqual(['paid'])
})

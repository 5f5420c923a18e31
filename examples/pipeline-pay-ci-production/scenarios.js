// What is tried against a running API, by name. Each throws when an answer is not the one that was promised.
import { deepStrictEqual, strictEqual } from 'node:assert'

async function ask(url, path, body) {
  const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const response = await fetch(new URL(path, url), request)
  return { status: response.status, headers: response.headers, body: await response.json() }
}

function card(payment) {
  return async (url) => {
    const made = await ask(url, '/v1/payments', { amount: 1000, ...payment })
    strictEqual(made.status, 201)
    const read = await ask(url, `/v1/payments/${made.body.id}`)
    deepStrictEqual(read.body, made.body)
    strictEqual(read.body.status, 'success')
    if (!payment.agreement) return
    const again = await ask(url, '/v1/payments', { amount: 500, ...payment })
    strictEqual(again.status, 201)
  }
}

export const scenarios = {
  card_sandbox: card({}),
  rec_card_sandbox: card({ agreement: true }),
  card_wpay_3ds2: card({ provider: 'worldpay', threeDs: true }),
  card_wpay_3ds2ex: card({ provider: 'worldpay', threeDs: 'exempt' }),
  card_wpay: card({ provider: 'worldpay' }),
  reccard_worldpay: card({ provider: 'worldpay', agreement: true }),
  card_stripe: card({ provider: 'stripe' }),
  card_stripe_3ds: card({ provider: 'stripe', threeDs: true }),
  rec_card_stripe: card({ provider: 'stripe', agreement: true }),
  async cancel_sandbox(url) {
    const { body } = await ask(url, '/v1/payments', { amount: 1000 })
    strictEqual((await ask(url, `/v1/payments/${body.id}/cancel`, {})).body.status, 'cancelled')
  },
  async pymntlnk_sandbox(url) {
    const { body } = await ask(url, '/v1/payment-links', { amount: 700 })
    strictEqual((await ask(url, body.href)).body.amount, 700)
  },
  async notifcatns_sandbox(url) {
    strictEqual((await ask(url, '/v1/notifications/sandbox', { event: 'captured' })).body.received, true)
  },
  async unwelcome(url) {
    strictEqual((await ask(url, '/v1/payments', { amount: -1 })).status, 422)
    strictEqual((await ask(url, '/.env')).status, 404)
    strictEqual((await ask(url, '/healthcheck')).headers.get('x-content-type-options'), 'nosniff')
  },
}

// A small public API for payments, as far as its pipeline needs one to test. It keeps nothing beyond its own life.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'

const payments = new Map()

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' })
  response.end(`${JSON.stringify(body)}\n`)
}

async function bodyOf(request) {
  let text = ''
  for await (const chunk of request) text += chunk
  return text === '' ? {} : JSON.parse(text)
}

function pay({ amount, provider = 'sandbox', threeDs = false, agreement = false }) {
  if (!Number.isInteger(amount) || amount <= 0) return undefined
  const payment = { id: randomUUID(), amount, provider, threeDs, agreement, status: 'success' }
  payments.set(payment.id, payment)
  return payment
}

async function handle(request, response) {
  const [, version, noun, id, verb] = request.url.split('/')
  if (request.url === '/healthcheck') return answer(response, 200, { ping: { healthy: true } })
  if (version !== 'v1') return answer(response, 404, { code: 'not-found' })
  if (noun === 'payments' && request.method === 'POST' && id === undefined) {
    const payment = pay(await bodyOf(request))
    return payment ? answer(response, 201, payment) : answer(response, 422, { code: 'no-amount' })
  }
  if (noun === 'payment-links' && request.method === 'POST') {
    const { amount } = await bodyOf(request)
    return answer(response, 201, { href: `/v1/pay/${amount}` })
  }
  if (noun === 'pay') return answer(response, 200, pay({ amount: Number(id) }) ?? { code: 'no-amount' })
  if (noun === 'notifications' && request.method === 'POST') return answer(response, 200, { received: true })
  const payment = noun === 'payments' ? payments.get(id) : undefined
  if (payment === undefined) return answer(response, 404, { code: 'not-found' })
  if (verb === 'cancel' && request.method === 'POST') payment.status = 'cancelled'
  return answer(response, 200, payment)
}

export const server = createServer((request, response) => {
  handle(request, response).catch(() => answer(response, 400, { code: 'bad-request' }))
})

if (import.meta.main) server.listen(Number(process.env.PORT ?? 3000))

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { realClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { sendMail } from '@slipway/organisations'
import { SMTPServer } from 'smtp-server'
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string
  }
}

const nothingListens = 'http://127.0.0.1:1'
let database: Awaited<ReturnType<typeof testDatabase>>
let mails: SMTPServer
let smtpPort: number
let received: string[]
let processes: ChildProcess[] = []

beforeAll(async () => {
  database = await testDatabase()
  received = []
  mails = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      let text = ''
      stream.on('data', (chunk: Buffer) => {
        text += chunk
      })
      stream.on('end', () => {
        received.push(/^Subject: (.*)$/m.exec(text)?.[1]?.trim() ?? '')
        // Slow enough that a kill finds some of them in hand.
        setTimeout(done, 20)
      })
    },
  })
  // A worker that was killed breaks its connections off.
  mails.on('error', () => {})
  smtpPort = await new Promise((resolve) => {
    const listening = mails.listen(0, '127.0.0.1', () => {
      const address = listening.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
})

afterEach(() => {
  for (const child of processes) child.kill('SIGKILL')
  processes = []
})

afterAll(async () => {
  await new Promise((resolve) => mails.close(() => resolve(undefined)))
  await database.close()
})

/** The worker as it is deployed, with AWS and Stripe away. */
function startWorker(): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: database.url,
      SYSTEM_DATABASE_URL: database.systemUrl,
      // A numbered database of its own: the queue is not to be shared with other tests.
      REDIS_URL: `${inject('redisUrl')}/7`,
      PUBLIC_URL: 'http://slipway.test',
      APPS_URL: 'http://{name}.apps.test',
      APPS_DOMAIN: 'apps.test',
      APPS_ZONE_ID: 'Z1',
      SEAL_KEY: 'a key of thirty-two characters..',
      SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      MAIL_FROM: 'Slipway <slipway@slipway.test>',
      AWS_ENDPOINT_URL: nothingListens,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ANNOUNCE_TOPIC_ARN: 'arn:aws:sns:us-east-1:111122223333:slipway-announce',
      ANNOUNCE_QUEUE_URL: `${nothingListens}/111122223333/slipway-announce`,
      ANNOUNCE_RESPONSE_ORIGINS: nothingListens,
      TEMPLATE_URL: 'http://templates.test/connect.json',
      CONSOLE_URL: 'https://console.aws.amazon.com',
      PLATFORM_ACCOUNT: '111122223333',
      PLATFORM_PRINCIPAL: 'arn:aws:iam::111122223333:role/slipway-worker',
      HOST_GATE_PORTS: '80',
      HOST_ENDPOINT: 'ws://127.0.0.1:1/agent',
      STRIPE_SECRET_KEY: 'sk_test',
      STRIPE_HOST: '127.0.0.1',
      STRIPE_PORT: '1',
      STRIPE_PROTOCOL: 'http',
    },
  })
  processes.push(child)
  return child
}

const write = (subject: string) =>
  database.db.inSystem('relay the outbox', (tx) =>
    sendMail(tx, { to: 'ada@example.com', subject, text: 'Hello' }, realClock),
  )

const openMails = () =>
  database.db.inSystem('relay the outbox', (tx) =>
    tx.outbox.count({ where: { name: 'organisations.send-mail', doneAt: null } }),
  )

test('killed in the middle of its work it leaves nothing behind that the next does not finish', async () => {
  const subjects = Array.from({ length: 60 }, (_, n) => `mail ${n}`)
  for (const subject of subjects) await write(subject)
  const first = startWorker()
  await vi.waitFor(() => expect(received.length).toBeGreaterThan(5), { timeout: 60_000, interval: 5 })
  first.kill('SIGKILL')
  await once(first, 'exit')
  expect(await openMails()).toBeGreaterThan(0)

  startWorker()
  await vi.waitFor(async () => expect(await openMails()).toBe(0), { timeout: 90_000, interval: 200 })
  expect(new Set(received)).toEqual(new Set(subjects))
})

test('asked to end it finishes what it has begun, and ends', async () => {
  received = []
  const worker = startWorker()
  await write('first')
  await vi.waitFor(() => expect(received).toContain('first'), { timeout: 60_000 })
  for (let n = 0; n < 30; n++) await write(`more ${n}`)
  await vi.waitFor(() => expect(received.length).toBeGreaterThan(3), { timeout: 60_000, interval: 5 })
  worker.kill('SIGTERM')
  const [code] = await once(worker, 'exit')
  expect(code).toBe(0)
  const done = 31 - (await openMails())
  // What was handed to the mail server is marked as done: none is sent a second time by the next worker.
  expect(received.length).toBe(done)
})

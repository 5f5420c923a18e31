import { makeLog, newId, realClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { runJob, Transient } from '@slipway/jobs'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { mailHandler, sendMail } from './send-mail.ts'

type Verdict = { responseCode: number } | undefined

let database: Awaited<ReturnType<typeof testDatabase>>
let server: SMTPServer
let smtpUrl: string
let received: string[]
let verdict: Verdict

beforeAll(async () => {
  database = await testDatabase()
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(_address, _session, done) {
      done(verdict && Object.assign(new Error('refused'), verdict))
    },
    onData(stream, _session, done) {
      let text = ''
      stream.on('data', (chunk: Buffer) => {
        text += chunk
      })
      stream.on('end', () => {
        received.push(text)
        done()
      })
    },
  })
  const port = await new Promise<number>((resolve) => {
    const listening = server.listen(0, '127.0.0.1', () => {
      const address = listening.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
  smtpUrl = `smtp://127.0.0.1:${port}`
})
beforeEach(() => {
  received = []
  verdict = undefined
})
afterAll(async () => {
  await new Promise((resolve) => server.close(() => resolve(undefined)))
  await database.close()
})

const log = makeLog('test', 'silent')
const mail = { to: 'ada@example.com', subject: 'Hello', text: 'https://slipway.example/a-link' }

async function deliver(): Promise<
  { doneAt: Date | null; failedAt: Date | null; attempts: number } | undefined
> {
  const { db } = database
  const handler = mailHandler({ smtpUrl, from: 'Slipway <slipway@example.com>' })
  const id = await db.inSystem('relay the outbox', async (tx) => {
    await sendMail(tx, mail, realClock)
    return (await tx.outbox.findFirstOrThrow({ orderBy: { id: 'desc' } })).id
  })
  const handlers = new Map([[handler.job.name, handler]])
  await runJob({ db, clock: realClock, log, handlers, stopping: new AbortController().signal }, id)
  return db.inSystem('relay the outbox', (tx) => tx.outbox.findUniqueOrThrow({ where: { id } }))
}

test('a mail in the outbox reaches the server, from us and with an id of its own', async () => {
  expect(await deliver()).toMatchObject({ doneAt: expect.any(Date), failedAt: null })
  expect(received).toHaveLength(1)
  expect(received[0]).toMatch(/^From: Slipway <slipway@example\.com>$/m)
  expect(received[0]).toMatch(/^Message-ID: <mail_\w+@example\.com>$/m)
  expect(received[0]).toContain(mail.text)
})

test('an address that is refused for good is not tried again', async () => {
  verdict = { responseCode: 550 }
  expect(await deliver()).toMatchObject({ doneAt: expect.any(Date), attempts: 0 })
  expect(received).toEqual([])
})

test('a server that is busy is tried again later', async () => {
  verdict = { responseCode: 451 }
  expect(await deliver()).toMatchObject({ doneAt: null, failedAt: null, attempts: 1 })
})

test('a server that is away is tried again later', async () => {
  const handler = mailHandler({ smtpUrl: 'smtp://127.0.0.1:1', from: 'slipway@example.com' })
  const context = {
    db: database.db,
    clock: realClock,
    log,
    attempt: 1,
    organisationId: undefined,
    signal: new AbortController().signal,
  }
  await expect(handler.run({ id: newId('mail'), ...mail }, context)).rejects.toBeInstanceOf(Transient)
})

import { createServer, type IncomingHttpHeaders } from 'node:http'
import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import type { App } from '@slipway/environments'
import { addApp, addTenant } from '@slipway/environments/testing'
import { readLogs } from '@slipway/hosts'
import { listAudit } from '@slipway/organisations'
import { checkStream } from '@slipway/protocol'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { answerHook } from '../../answer-hook.ts'
import { getExecution } from '../../read/get-execution.ts'
import { pushTo, runDueJobs, testHandlers } from '../../testing.ts'
import { replaceHookKey, showHookKeys } from './hook-keys.ts'
import type { HookMessage } from './message.ts'

/** Somebody's own software, over HTTP: it keeps what it is sent, and answers as a test says. */
type Sent = { headers: IncomingHttpHeaders; body: string }
let sent: Sent[] = []
let response = { status: 200, body: '' }
const outside = createServer((request, answer) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    sent.push({ headers: request.headers, body })
    answer.writeHead(response.status).end(response.body)
  })
})
await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
const address = outside.address()
const port = typeof address === 'object' ? address?.port : 0
const host = `change.localhost:${port}`

const { db, close } = await testDatabase()
afterAll(async () => {
  outside.close()
  await close()
})
const clock = stoppedClock(new Date('2026-11-24T10:00:00Z'))
const acme = await addTenant(db, clock)
const { organisationId, userId } = acme
const sealing = { key: 'a key of the installation' }
const answersAt = 'http://slipway.test/webhooks/hook-answers/'
const handlers = testHandlers(db, {
  hookAnswerUrl: (token) => `${answersAt}${token}`,
  innerOrigins: [`http://*.localhost:${port}`],
  sealing,
})

let app: App
beforeEach(async () => {
  sent = []
  response = { status: 200, body: '' }
  app = await addApp(db, acme, { name: `app-${newId('app').slice(-8)}` }, clock)
})

const work = () => runDueJobs(db, clock, handlers)
async function push(checks: string): Promise<string> {
  clock.advance(1000)
  const manifest = `pipeline: [{ stage: production, ${checks} }]`
  const { sha } = await pushTo(db, clock, { app, by: userId, files: { 'slipway.yaml': manifest } })
  await work()
  return sha
}
const ask = `hook: { url: "http://${host}/ask", expires: 2h }`
const before = `before: [{ ${ask} }]`

const message = (index = 0): HookMessage => JSON.parse(sent[index]?.body ?? '')
const tokenOf = (index = 0) => message(index).data.answer.url.slice(answersAt.length)
async function answer(what: object | string, token = tokenOf()): Promise<void> {
  const body = typeof what === 'string' ? what : JSON.stringify(what)
  await answerHook(db, { token, body }, { sealing, clock })
  await work()
}
const shown = (number = 1) =>
  getExecution(db, organisationId, { app: app.name, number }, 'http://{name}.apps.test')
const status = async (number = 1) => (await shown(number)).status
const gate = async () => (await shown()).parts.find(({ kind }) => kind === 'check')
const error = async (number = 1) => (await shown(number)).error
const refused = (code: string, why?: string) => ({ fields: { code, ...(why !== undefined && { why }) } })
async function lines(path = 'production/before/0'): Promise<string[]> {
  const { id } = await shown()
  const stream = checkStream(id, path)
  const { lines: all } = await db.inOrganisation(organisationId, (tx) =>
    readLogs(tx, { organisationId, stream }),
  )
  return all.map(({ text }) => text)
}
const keys = () => showHookKeys(db, organisationId, { app: app.name, by: userId }, { sealing, clock })
/** As the library of a receiver verifies it, which looks at its own machine's clock. Throws where it does not hold. */
function verify(key = '', index = 0): unknown {
  vi.useFakeTimers({ now: clock.now(), toFake: ['Date'] })
  try {
    return new Webhook(key).verify(sent[index]?.body ?? '', { ...sent[index]?.headers } as Record<
      string,
      string
    >)
  } finally {
    vi.useRealTimers()
  }
}

describe('a hook', () => {
  test('is sent signed, with what it is about, and opens when it is answered', async () => {
    const sha = await push(before)
    expect(await status()).toBe('waiting')
    expect(verify((await keys())[0]?.key)).toMatchObject({
      type: 'slipway.gate.asked',
      timestamp: clock.now().toISOString(),
      data: {
        app: app.name,
        execution: { number: 1, url: expect.stringContaining(`/${app.name}/executions/1`) },
        gate: 'production/before/0',
        stage: 'production',
        attempt: 1,
        environments: [{ name: 'production', region: app.region }],
        revision: { sha, authorEmail: 'ines@example.com' },
        answer: { expiresAt: new Date(clock.now().getTime() + 7_200_000).toISOString() },
      },
    })
    expect(await gate()).toMatchObject({
      check: { words: `Hook ${host}`, state: { is: 'asked', waitsFor: `the answer of ${host}` } },
    })
    await answer({ answer: 'pass', reason: 'CHG0031 is approved' })
    expect(await status()).toBe('succeeded')
    expect(await gate()).toMatchObject({
      check: { state: { is: 'passed', by: null, reason: 'CHG0031 is approved' } },
    })
    expect(await lines()).toEqual([
      `${host} took it with 200, and its answer is awaited.`,
      `${host} answered “pass”: CHG0031 is approved.`,
    ])
    expect(sent).toHaveLength(1)
  })

  test('opens at once where the response is the answer', async () => {
    response = { status: 200, body: JSON.stringify({ answer: 'pass', reason: 'no freeze today' }) }
    await push(before)
    expect(await status()).toBe('succeeded')
    expect(await gate()).toMatchObject({ check: { state: { is: 'passed', reason: 'no freeze today' } } })
  })

  test('that is not taken is sent again with the same id until it is, and says so', async () => {
    response = { status: 503, body: 'busy' }
    await push(before)
    expect(await gate()).toMatchObject({
      check: { state: { waitsFor: `${host}, which did not take it: it answered 503` } },
    })
    clock.advance(9000)
    await work()
    expect(sent).toHaveLength(1)
    clock.advance(1000)
    await work()
    clock.advance(30_000)
    response = { status: 202, body: '' }
    await work()
    expect(sent.map(({ headers }) => headers['webhook-id'])).toEqual(
      Array.from({ length: 3 }, () => `${message().data.answer.url && sent[0]?.headers['webhook-id']}`),
    )
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1)
    verify((await keys())[0]?.key, 2)
    await answer({ answer: 'pass' })
    expect([await status(), sent.length]).toEqual(['succeeded', 3])
  })

  test('that leads into an inner network waits and says why; nothing is sent there', async () => {
    await push('before: [{ hook: "https://10.0.0.7/ask" }]')
    expect(await gate()).toMatchObject({
      check: { state: { waitsFor: '10.0.0.7, which did not take it: 10.0.0.7 lies in an inner network' } },
    })
    expect(await status()).toBe('waiting')
  })

  test('that nobody answers in time fails, and an answer after it opens nothing', async () => {
    await push(before)
    clock.advance(7_201_000)
    await work()
    expect(await error()).toMatchObject({ code: 'pipeline-check-too-long' })
    await expect(answer({ answer: 'pass' })).rejects.toMatchObject(
      refused('hook-not-waiting', 'Execution 1 has failed.'),
    )
  })
})

describe('an answer', () => {
  test('that refuses ends the execution with its reason, in the response too; what runs stays', async () => {
    await push(before)
    await answer({ answer: 'refuse', reason: 'There is a freeze' })
    expect(await error()).toMatchObject({
      code: 'hook-refused',
      what: `${host} refused.`,
      why: 'There is a freeze',
    })
    response = { status: 200, body: JSON.stringify({ answer: 'refuse' }) }
    await push(before)
    expect(await error(2)).toMatchObject({ code: 'hook-refused' })
  })

  test('that asks to go back behind a deployment takes its wave back, and the revision is bad', async () => {
    await push('')
    await push(`after: [{ ${ask} }]`)
    await answer({ answer: 'roll-back', reason: 'Orders fell' })
    const { revision, parts, ...execution } = await shown(2)
    expect(execution).toMatchObject({
      status: 'failed',
      error: { code: 'hook-rolled-back', why: 'Orders fell' },
    })
    expect(revision.isBad).toBe(true)
    expect(parts.map(({ title }) => title)).toContain('Put back in production')
  })

  test('counts once, however often it comes, and none but the first', async () => {
    await push(before)
    await answer({ answer: 'pass', reason: 'fine' })
    await answer({ reason: ' fine ', answer: 'pass' })
    await expect(answer({ answer: 'refuse' })).rejects.toMatchObject(
      refused('hook-not-waiting', 'It has been answered already.'),
    )
    expect(await status()).toBe('succeeded')
  })

  test('for an execution that a newer push took the place of opens neither', async () => {
    await push(before)
    await push(before)
    await expect(answer({ answer: 'pass' }, tokenOf(0))).rejects.toMatchObject(
      refused('hook-not-waiting', 'Execution 1 was superseded by execution 2, which took its commits along.'),
    )
    expect([await status(1), await status(2)]).toEqual(['superseded', 'waiting'])
    await answer({ answer: 'pass' }, tokenOf(1))
    expect(await status(2)).toBe('succeeded')
  })

  test.each([
    ['not JSON', 'pass'],
    ['another word', { answer: 'yes' }],
    ['nothing', {}],
    ['a long reason', { answer: 'pass', reason: 'x'.repeat(501) }],
  ])('of %s is refused, and the gate waits on', async (_, body) => {
    await push(before)
    await expect(answer(body)).rejects.toMatchObject(refused('hook-answer-unreadable'))
    expect(await status()).toBe('waiting')
  })

  test('at an address that was not sent, or of another installation, opens nothing', async () => {
    await push(before)
    const token = tokenOf()
    const [what = '', mark = ''] = token.slice('hka_'.length).split('.')
    const another = Buffer.from(Buffer.from(what, 'base64url').toString().replace('before/0', 'before/1'))
    const forged = [
      '',
      'hka_',
      `hka_${another.toString('base64url')}.${mark}`,
      `${token}x`,
      token.slice(0, -2),
    ]
    for (const each of forged)
      await expect(answer({ answer: 'pass' }, each)).rejects.toMatchObject(refused('hook-address-unknown'))
    const body = JSON.stringify({ answer: 'pass' })
    const elsewhere = { sealing: { key: 'a key of another' }, clock }
    await expect(answerHook(db, { token, body }, elsewhere)).rejects.toMatchObject(
      refused('hook-address-unknown'),
    )
    expect(await status()).toBe('waiting')
  })
})

test('a key that is replaced signs for a day beside the new one, and who did is kept', async () => {
  const [old] = await keys()
  await replaceHookKey(db, organisationId, { app: app.name, by: userId }, { sealing, clock })
  const [newer, before] = await keys()
  expect(newer?.key).not.toBe(old?.key)
  expect(before).toEqual({ ...old, endsAt: new Date(clock.now().getTime() + 86_400_000) })
  await push(`before: [{ ${ask} }]`)
  verify(newer?.key)
  verify(old?.key)
  clock.advance(86_400_000)
  expect(await keys()).toEqual([newer])
  await replaceHookKey(db, organisationId, { app: app.name, by: userId }, { sealing, clock })
  const rows = await db.inOrganisation(organisationId, (tx) => tx.hookKey.count({ where: { appId: app.id } }))
  expect(rows).toBe(2)
  const { entries } = await listAudit(db, organisationId)
  const actions = entries.filter(({ detail }) => Object(detail).app === app.name).map(({ action }) => action)
  expect(actions.toReversed()).toEqual([
    'hook-keys.show',
    'hook-keys.replace',
    'hook-keys.show',
    'hook-keys.show',
    'hook-keys.replace',
  ])
})

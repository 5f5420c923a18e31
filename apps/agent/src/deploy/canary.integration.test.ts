import http from 'node:http'
import { UserError } from '@slipway/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HostInAFolder, hostInAFolder } from '../testing/host-in-a-folder.ts'
import { load } from '../testing/load.ts'

let host: HostInAFolder
let traffic: ReturnType<typeof load> | undefined
beforeEach(async () => {
  host = await hostInAFolder()
  // Thirty times as fast as the real one, so that what counts after the first minute counts after two seconds.
  const from = Date.now()
  host.context.clock = { now: () => new Date(from + 30 * (Date.now() - from)) }
})
afterEach(async () => {
  await traffic?.stop()
  traffic = undefined
  await host.close()
})

/** Answers visitors after so many milliseconds, and every so manyth of them with an error; for its health it is well. */
const server = (word: string, { milliseconds = 30, failsEvery = 0 } = {}) => `let count = 0
const server = require('node:http').createServer((q, r) => {
  if (q.url === '/healthz') return r.end()
  if (q.url === '/long') return setTimeout(() => r.end(${JSON.stringify(word)}), 20_000)
  count += 1
  r.statusCode = ${failsEvery} > 0 && count % ${failsEvery} === 0 ? 500 : 200
  setTimeout(() => r.end(${JSON.stringify(word)}), ${milliseconds})
})
server.listen(process.env.PORT)
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections() })`

const health = { path: '/healthz', timeoutSeconds: 5 }
type Steps = Array<{ percent: number; seconds: number }>
const release = (script: string, steps: Steps) => host.release(script, { health }, { canary: { steps } })

async function serveUnderLoad(): Promise<ReturnType<typeof load>> {
  await host.deploy(host.release(server('old'), { health }))
  traffic = load({ port: host.port, host: host.host, perSecond: 200 })
  return traffic
}

async function failure(run: Promise<unknown>) {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof UserError)) throw new Error(`no UserError but ${error}`)
  return error.fields
}
/** What a visitor is answered. */
const ask = (path: string) =>
  new Promise<string>((resolve, reject) => {
    const headers = { host: host.host }
    http
      .get({ host: '127.0.0.1', port: host.port, path, headers, agent: false }, (response) => {
        let body = ''
        response.on('data', (data) => {
          body += data
        })
        response.on('end', () => resolve(body))
      })
      .on('error', reject)
  })
const ran = () => host.processes.all().map((record) => record.deploymentId)

describe('a canary under load', () => {
  it('that fails for one visitor in twenty and is a third slower is undone, and no request is lost', async () => {
    const asking = await serveUnderLoad()
    const old = host.kept
    const worse = server('worse', { milliseconds: 40, failsEvery: 20 })
    const fields = await failure(host.deploy(release(worse, [{ percent: 50, seconds: 10 }])))
    expect(fields).toMatchObject({
      code: 'app-canary-worse',
      what: expect.stringMatching(
        /^web is worse under release 2 than under release 1, side by side: \d\.\d % of [\d,]+ requests failed \(before 0\.0 % of [\d,]+\)/,
      ),
    })
    expect(host.kept).toBe(old)
    expect(ran()).toEqual([old?.deploymentId])
    const { errors, bodies } = await asking.stop()
    expect(bodies.old).toBeGreaterThan(0)
    expect(bodies.worse).toBeGreaterThan(0)
    // What the release itself answered badly, and nothing else.
    expect(Object.keys(errors)).toEqual(['500'])
    const told = host.reported.at(-1)
    expect(told).toMatchObject({ deploymentId: expect.any(String), serviceId: host.serviceId, percent: 50 })
    expect(told?.judgement).toMatchObject({ is: 'bad', lacks: [], errors: { old: 0, min: 200 } })
    expect(told?.judgement.errors.new).toBeGreaterThan(0)
  })

  it('that never fails and is only slower is undone', async () => {
    await serveUnderLoad()
    const slower = server('slower', { milliseconds: 60 })
    const fields = await failure(host.deploy(release(slower, [{ percent: 50, seconds: 10 }])))
    expect(fields).toMatchObject({
      code: 'app-canary-worse',
      what: expect.stringMatching(/nineteen of twenty requests took up to \d+ ms \(before \d+ ms\)/),
    })
  })

  it('that is worse says so at once, though a request is with it for longer', async () => {
    await serveUnderLoad()
    const worse = host.deploy(release(server('worse', { failsEvery: 2 }), [{ percent: 50, seconds: 10 }]))
    const failed = failure(worse)
    // Its phase is said before the gate divides the requests.
    await expect.poll(() => ask('/'), { timeout: 10_000, interval: 10 }).toBe('worse')
    // One of ten at least is with the new release.
    const asked = Array.from({ length: 10 }, () => ask('/long'))
    await failed
    const [red] = host.red
    expect(red?.code).toBe('app-canary-worse')
    expect(performance.now() - (red?.at ?? 0)).toBeGreaterThan(2000)
    const answers = await Promise.all(asked)
    expect(answers).toContain('worse')
    expect(new Set(answers)).toEqual(new Set(['old', 'worse']))
  })

  it('that is as good takes over step by step, and no request is lost', async () => {
    const asking = await serveUnderLoad()
    const next = release(server('next'), [
      { percent: 20, seconds: 8 },
      { percent: 50, seconds: 4 },
    ])
    await host.deploy(next)
    expect(host.kept).toBe(next)
    expect(ran()).toEqual([next.deploymentId])
    const { failed, bodies } = await asking.stop()
    expect(failed).toBe(0)
    expect(bodies.next).toBeGreaterThan(0)
    const said = host.said.filter((line) => line.includes('to release 2:'))
    expect(said[0]).toMatch(/^20 % to release 2: \d+ requests, errors 0\.0 % \(before 0\.0 %\), p95/)
    expect(said.at(-1)).toMatch(/^50 % to release 2: .*p95 \d+ ms \(before \d+ ms\)\.$/)
    // The newest word of each minute holds all that the gate counted while both served.
    const minutes = [...new Map(host.reported.map((minute) => [minute.minute, minute])).values()]
    expect(minutes.map(({ minute }) => Date.parse(minute) % 60_000)).toEqual(minutes.map(() => 0))
    const last = minutes.at(-1)
    expect(last).toMatchObject({ percent: 50, judgement: { is: 'good', worse: [], lacks: [] } })
    const answered = minutes.reduce((sum, minute) => sum + minute.new.requests, 0)
    expect(answered).toBeGreaterThanOrEqual(last?.judgement.requests.new ?? Number.NaN)
    expect(answered).toBeLessThanOrEqual(bodies.next ?? 0)
  })

  it('that is cancelled leaves the old release alone, and no request is lost', async () => {
    const asking = await serveUnderLoad()
    const old = host.kept
    const control = new AbortController()
    const cancelled = new UserError({ code: 'command-cancelled', kind: 'failed', what: 'It was cancelled.' })
    const next = host.deploy(release(server('next'), [{ percent: 50, seconds: 30 }]), control.signal)
    await expect.poll(() => host.phases.at(-1), { timeout: 10_000 }).toBe('canary')
    await new Promise((resolve) => setTimeout(resolve, 500))
    control.abort(cancelled)
    expect(await failure(next)).toMatchObject({ code: 'command-cancelled' })
    expect(ran()).toEqual([old?.deploymentId])
    const { failed, bodies } = await asking.stop()
    expect(failed).toBe(0)
    expect(bodies.next).toBeGreaterThan(0)
  })
})

it('a canary that nobody asks goes on after twice its time and says so', async () => {
  await host.deploy(host.release(server('old'), { health }))
  const next = release(server('next'), [{ percent: 50, seconds: 1 }])
  const beganAt = performance.now()
  await host.deploy(next)
  expect(performance.now() - beganAt).toBeGreaterThan(2000)
  expect(host.kept).toBe(next)
  expect(host.said).toContainEqual(
    expect.stringMatching(/^At 50 % too little was seen in twice the time to call release 2 as good/),
  )
})

it('a canary that dies is undone, also when nobody asks', async () => {
  await host.deploy(host.release(server('old'), { health }))
  const old = host.kept
  const dying = `${server('dying')}; setTimeout(() => process.exit(9), 700)`
  const fields = await failure(host.deploy(release(dying, [{ percent: 50, seconds: 20 }])))
  expect(fields.code).toBe('app-exited')
  expect(ran()).toEqual([old?.deploymentId])
})

it('the first release of all has nothing to be tried beside', async () => {
  const first = release(server('first'), [{ percent: 10, seconds: 600 }])
  await host.deploy(first)
  expect(host.kept).toBe(first)
  expect(host.said).toContain('No canary: nothing serves beside which this release could be tried.')
})

import { UserError } from '@slipway/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HostInAFolder, hostInAFolder, serverSaying } from '../testing/host-in-a-folder.ts'
import { load } from '../testing/load.ts'

let host: HostInAFolder
let traffic: ReturnType<typeof load> | undefined
beforeEach(async () => {
  host = await hostInAFolder()
})
afterEach(async () => {
  await traffic?.stop()
  traffic = undefined
  await host.close()
})

/** Well when it is asked for its health or now and then; with more than ten requests within a second it breaks. */
const breaksUnderLoad = `let recent = []
const server = require('node:http').createServer((q, r) => {
  const now = Date.now()
  recent = [...recent.filter((at) => at > now - 1000), now]
  r.statusCode = q.url !== '/healthz' && recent.length > 10 ? 500 : 200
  r.end('bad')
})
server.listen(process.env.PORT)
process.on('SIGTERM', () => process.exit(0))`

const health = { path: '/healthz', timeoutSeconds: 5 }

/** A good release that has answered 100 requests, and goes on to be asked. */
async function serveUnderLoad(): Promise<ReturnType<typeof load>> {
  await host.deploy(host.release(serverSaying('good'), { health }))
  const asking = load({ port: host.port, host: host.host, perSecond: 100 })
  traffic = asking
  const asked = async () => (await host.context.traffic.read()).get(host.serviceId)?.requests ?? 0
  await expect.poll(asked, { timeout: 60_000 }).toBeGreaterThan(100)
  return asking
}

async function failure(run: Promise<unknown>) {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof UserError)) throw new Error(`no UserError but ${error}`)
  return error.fields
}

describe('a release that serves under load', () => {
  it('and answers 500 to visitors, but not on its health path, is undone with its figures', async () => {
    const asking = await serveUnderLoad()
    const good = host.kept
    const bad = host.release(breaksUnderLoad, { health }, { bakeSeconds: 1, watchSeconds: 30 })
    const fields = await failure(host.deploy(bad))
    expect(fields).toMatchObject({
      code: 'app-faults-rose',
      what: expect.stringMatching(
        /^web answered with faults under the new release: \d+ of \d+ requests failed/,
      ),
      why: expect.stringMatching(/^In the minutes before the switch 0 of \d+ requests failed \(0\.0 %\)/),
    })
    expect(host.said).toContainEqual(expect.stringMatching(/^Monitor faults: RED\. web: \d+ of/))
    expect(host.kept).toBe(good)
    const { bodies } = await asking.stop()
    expect(bodies.good).toBeGreaterThan(0)
    expect(host.processes.all().map((record) => record.deploymentId)).toEqual([good?.deploymentId])
  })

  it('and answers far more slowly than the one before is undone', async () => {
    await serveUnderLoad()
    const slow = serverSaying('slow').replace(', 5)', ', 400)')
    const fields = await failure(
      host.deploy(host.release(slow, { health }, { bakeSeconds: 1, watchSeconds: 30 })),
    )
    expect(fields).toMatchObject({ code: 'app-slowed-down', what: expect.stringMatching(/within \d+ ms\.$/) })
  })

  it('as the one before did is kept, and the log says what each monitor saw', async () => {
    await serveUnderLoad()
    const next = host.release(serverSaying('next'), { health }, { bakeSeconds: 1, watchSeconds: 30 })
    await host.deploy(next)
    expect(host.kept).toBe(next)
    const said = host.said.filter((line) => line.startsWith('Monitor '))
    expect(said.map((line) => line.split('.')[0])).toEqual([
      'Monitor faults: well',
      'Monitor latency: well',
      'Monitor requests: well',
      'Monitor disk: well',
    ])
  })
})

it('a release that nobody asks is kept at once, and its monitors say that they do not know', async () => {
  await host.deploy(host.release(serverSaying('good')))
  await host.deploy(host.release(breaksUnderLoad, { health }, { watchSeconds: 3600 }))
  expect(host.said).toContain('Monitor faults: not known. web: 0 of 0 requests failed.')
})

it('the first release of all is not undone by monitors: there is nothing to go back to', async () => {
  traffic = load({ port: host.port, host: host.host, perSecond: 50 })
  const first = host.release(breaksUnderLoad, { health }, { bakeSeconds: 1, watchSeconds: 30 })
  await host.deploy(first)
  expect(host.kept).toBe(first)
})

it('a release after one that was undone is judged by the good one, not by the bad', async () => {
  await serveUnderLoad()
  const bad = () => host.release(breaksUnderLoad, { health }, { bakeSeconds: 1, watchSeconds: 30 })
  expect(await failure(host.deploy(bad()))).toMatchObject({ code: 'app-faults-rose' })
  expect(await failure(host.deploy(bad()))).toMatchObject({ code: 'app-faults-rose' })
})

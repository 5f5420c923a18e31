import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '@slipway/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HostInAFolder, hostInAFolder, serverSaying } from '../testing/host-in-a-folder.ts'
import { load } from '../testing/load.ts'

let host: HostInAFolder
beforeEach(async () => {
  host = await hostInAFolder()
})
afterEach(() => host.close())

const ask = async (accept = 'text/plain') => {
  const { default: http } = await import('node:http')
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    http
      .get(
        { host: '127.0.0.1', port: host.port, headers: { host: host.host, accept }, agent: false },
        (response) => {
          let body = ''
          response.on('data', (piece) => {
            body += piece
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
        },
      )
      .on('error', reject)
  })
}
const failure = async (run: Promise<unknown>) => {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof UserError)) throw new Error(`no UserError but ${error}`)
  return error.fields
}

describe('an in-place deployment', () => {
  it('loses no request at 200 a second when only one process may run, and none waits longer than it is held', async () => {
    await host.deploy(host.release(serverSaying('one'), { singleton: true }))
    const traffic = load({ port: host.port, host: host.host, perSecond: 200 })
    await new Promise((resolve) => setTimeout(resolve, 500))
    const output = await host.deploy(host.release(serverSaying('two', 300), { singleton: true }))
    await new Promise((resolve) => setTimeout(resolve, 500))
    const result = await traffic.stop()
    expect(result.errors).toEqual({})
    expect(Object.keys(result.bodies).sort()).toEqual(['one', 'two'])
    expect(output.heldMilliseconds).toBeGreaterThan(300)
    // The exact figure is the bench's business (bench/switch.ts): here others may use the machine as well.
    expect(result.longestMilliseconds).toBeLessThan(output.heldMilliseconds + 1000)
  })

  it('starts the new process beside the old one where two may run, and holds nobody', async () => {
    await host.deploy(host.release(serverSaying('one')))
    const traffic = load({ port: host.port, host: host.host, perSecond: 200 })
    await new Promise((resolve) => setTimeout(resolve, 300))
    const output = await host.deploy(host.release(serverSaying('two', 300)))
    await new Promise((resolve) => setTimeout(resolve, 300))
    const result = await traffic.stop()
    expect(result.errors).toEqual({})
    expect(result.bodies.two).toBeGreaterThan(0)
    expect(output.heldMilliseconds).toBe(0)
    expect(host.processes.all()).toHaveLength(1)
  })

  it.each([true, false])(
    'that exits at once is undone and says how it ended (singleton: %s)',
    async (singleton) => {
      const good = host.release(serverSaying('good'), { singleton })
      await host.deploy(good)
      const fields = await failure(
        host.deploy(host.release('console.log("no database"); process.exit(3)', { singleton })),
      )
      expect(fields.code).toBe('app-exited')
      expect(fields.what).toContain('code 3')
      expect(fields.details).toEqual(['no database'])
      expect(await ask()).toEqual({ status: 200, body: 'good' })
      expect(host.kept?.release.id).toBe(good.release.id)
    },
  )

  it('that listens on another port is told which one it was', async () => {
    const script =
      'require("node:http").createServer((q, r) => r.end()).listen(0, function () { console.log(this.address().port) })'
    const fields = await failure(host.deploy(host.release(script, { health: { timeoutSeconds: 1 } })))
    expect(fields.code).toBe('app-listens-on-no-port')
    expect(fields.what).toContain(String(fields.details?.[0]))
  })

  it('that listens on no port at all is told to', async () => {
    const fields = await failure(
      host.deploy(host.release('setInterval(() => {}, 1000)', { health: { timeoutSeconds: 1 } })),
    )
    expect(fields.code).toBe('app-listens-on-no-port')
  })

  it('that answers its health path with an error is told what it answered', async () => {
    const script =
      'require("node:http").createServer((q, r) => { r.statusCode = 500; r.end() }).listen(process.env.PORT)'
    const fields = await failure(
      host.deploy(host.release(script, { health: { path: '/healthz', timeoutSeconds: 1 } })),
    )
    expect(fields.code).toBe('app-never-healthy')
    expect(fields.what).toContain('GET /healthz answered 500')
  })

  it('that takes more memory than it may is told so', async () => {
    const script = 'const a = []; setInterval(() => a.push(Buffer.alloc(50e6, 1)), 20)'
    const fields = await failure(host.deploy(host.release(script, { memoryMegabytes: 300 })))
    expect(fields.code).toBe('app-out-of-memory')
  })

  it('that names a program that is not there is told so', async () => {
    const fields = await failure(host.deploy(host.release('', { run: 'no-such-program' })))
    expect(fields).toMatchObject({ code: 'app-exited', why: expect.stringContaining('no-such-program') })
  })

  it('that dies while it bakes is undone', async () => {
    await host.deploy(host.release(serverSaying('good')))
    const dying = `${serverSaying('dying')}; setTimeout(() => process.exit(9), 600)`
    const fields = await failure(host.deploy(host.release(dying, {}, { bakeSeconds: 2 })))
    expect(fields.code).toBe('app-exited')
    expect(await ask()).toEqual({ status: 200, body: 'good' })
  })

  it('keeps the data on the disk, since only one process has it at a time', async () => {
    const file = path.join(host.home.root, 'counter')
    writeFileSync(file, '0')
    const counting = `const fs = require('node:fs'), lock = ${JSON.stringify(`${file}.lock`)}
try { fs.mkdirSync(lock) } catch { console.log('the disk is in use'); process.exit(1) }
const server = require('node:http').createServer((q, r) => { const n = Number(fs.readFileSync(${JSON.stringify(file)})) + 1; fs.writeFileSync(${JSON.stringify(file)}, String(n)); r.end(String(n)) })
server.listen(process.env.PORT)
process.on('SIGTERM', () => server.close(() => { fs.rmdirSync(lock); process.exit(0) }))`
    await host.deploy(host.release(counting, { singleton: true }))
    expect((await ask()).body).toMatch(/^\d+$/)
    const before = Number((await ask()).body)
    await host.deploy(host.release(counting, { singleton: true }))
    expect(Number((await ask()).body)).toBeGreaterThan(before)
  })

  it('without any version before leaves nothing running when it fails', async () => {
    await failure(host.deploy(host.release('process.exit(1)', { singleton: true })))
    expect(host.processes.all()).toEqual([])
    expect(await ask()).toMatchObject({ status: 503, body: expect.stringContaining('did not come up') })
  })

  it('serves a static folder itself', async () => {
    const spec = host.release('', { kind: 'static', run: '' })
    writeFileSync(path.join(host.home.release(spec.release.id), 'index.html'), '<h1>hello</h1>')
    await host.deploy(spec)
    expect(await ask()).toEqual({ status: 200, body: '<h1>hello</h1>' })
  })
})

it('what the agent knows of its own is not in the environment of an app', async () => {
  const spec = host.release(
    'require("node:http").createServer((q, r) => r.end(Object.keys(process.env).sort().join())).listen(process.env.PORT)',
    {},
    { variables: { COLOUR: 'red' } },
  )
  await host.deploy(spec)
  const names = (await ask()).body.split(',')
  expect(names.filter((name) => !['_', 'PWD', 'OLDPWD', 'SHLVL'].includes(name))).toEqual([
    'COLOUR',
    'HOME',
    'LANG',
    'NODE_ENV',
    'PATH',
    'PORT',
    'PYTHONUNBUFFERED',
    'SLIPWAY_RELEASE',
    'SLIPWAY_SERVICE',
  ])
})

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { makeLog, newId, UserError } from '@slipway/core'
import type { AgentMessage, DeploymentSpecInput, RunReport } from '@slipway/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTicksOf } from '../apps/process-record.ts'
import { type HostInAFolder, hostInAFolder, serverSaying } from '../testing/host-in-a-folder.ts'
import { Cron } from './cron.ts'
import { Jobs } from './jobs.ts'

let host: HostInAFolder
beforeEach(async () => {
  host = await hostInAFolder()
})
afterEach(() => host.close())

const until = async (is: () => boolean) => {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 10))
}
const file = (name: string) => path.join(host.home.root, name)
const read = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '')
const never = new AbortController().signal
const failure = async (run: Promise<unknown>) => {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof UserError)) throw new Error(`no UserError but ${error}`)
  return error.fields
}
/** Lines that came to a stream, in their order. */
const linesOf = (prefix: string) => {
  const messages: AgentMessage[] = []
  host.logs.connected((message) => {
    messages.push(message)
    return true
  })
  host.logs.flush()
  return messages.flatMap((message) =>
    message.type === 'logs' && message.stream.startsWith(prefix) ? message.lines.map(({ text }) => text) : [],
  )
}

describe('a release command', () => {
  const withCommand = (run: string, timeoutSeconds = 60, word = 'two') =>
    host.release(
      serverSaying(word),
      {},
      { releaseCommand: { run, timeoutSeconds }, variables: { LEVEL: 'seven', OUT: file('ran') } },
    )

  it('runs once with the new code and its variables, while the old release serves, before the new one starts', async () => {
    await host.deploy(host.release(serverSaying('one')))
    const before = host.processes.all().map(({ pid }) => pid)
    host.phases.length = 0
    const spec = withCommand(
      `ls server.js; echo "$LEVEL $SLIPWAY_RELEASE" >> $OUT; ps -o pid= -p ${before[0]}`,
    )
    await host.deploy(spec)
    expect(read('ran')).toBe(`seven ${spec.release.number}\n`)
    const lines = linesOf('deployment:')
    expect(lines).toContain('server.js')
    expect(lines.map((line) => line.trim())).toContain(String(before[0]))
    expect(host.phases.indexOf('release')).toBeLessThan(host.phases.indexOf('start'))
    expect(host.jobs.all()).toEqual([])
  })

  it('that fails changes nothing and shows its last lines', async () => {
    const good = host.release(serverSaying('one'))
    await host.deploy(good)
    const before = host.processes.all()
    const fields = await failure(host.deploy(withCommand('echo no table; exit 3')))
    expect(fields).toMatchObject({ code: 'app-release-command-failed', details: ['no table'] })
    expect(fields.what).toContain('code 3')
    expect(host.processes.all()).toEqual(before)
    expect(host.kept?.release.id).toBe(good.release.id)
    expect(existsSync(host.home.journal)).toBe(false)
    expect(host.jobs.all()).toEqual([])
  })

  it('that takes too long is ended with all that it started', async () => {
    const fields = await failure(host.deploy(withCommand('sleep 600 & echo $! > $OUT; wait', 1)))
    expect(fields).toMatchObject({ code: 'app-release-command-failed' })
    expect(fields.what).toContain('after 1 seconds')
    expect(startTicksOf(Number(read('ran')))).toBeUndefined()
  })

  it('that is cancelled is ended, and the reason is that of the cancel', async () => {
    const control = new AbortController()
    const deploying = failure(host.deploy(withCommand('echo begun > $OUT; sleep 600'), control.signal))
    await until(() => read('ran') !== '')
    const reason = new UserError({ code: 'command-cancelled', kind: 'failed', what: 'It was cancelled.' })
    control.abort(reason)
    expect((await deploying).code).toBe('command-cancelled')
    expect(host.jobs.all()).toEqual([])
  })
})

describe('a command beside the services', () => {
  const request = (run: string) => ({
    id: 'one',
    name: 'web',
    root: '',
    run,
    timeoutSeconds: 60,
    stream: 'run:run_0000',
  })
  const jobsAnew = () =>
    Jobs.adopt({
      home: host.home,
      path: process.env.PATH ?? '',
      logs: host.logs,
      clock: { now: () => new Date() },
      redact: (text) => text.replaceAll('secret', '***'),
    })

  it('outlives its agent: the next one waits for it, reads how it ended, and starts it no second time', async () => {
    const spec = host.release('')
    const first = await jobsAnew()
    const run = `echo begun >> ${file('ran')}; until [ -e ${file('go')} ]; do sleep 0.05; done; echo a secret; exit 7`
    await first.start(request(run), { spec, values: {} })
    await until(() => read('ran') !== '')
    const next = await jobsAnew()
    await next.start(request(run), { spec, values: {} })
    const ended = next.ended('one', never)
    writeFileSync(file('go'), '')
    expect(await ended).toMatchObject({ code: 7, isTimedOut: false, lastLines: ['a ***'] })
    expect(read('ran')).toBe('begun\n')
    const last = await jobsAnew()
    expect(await last.ended('one', never)).toMatchObject({ code: 7 })
    await last.forget('one')
    expect((await jobsAnew()).all()).toEqual([])
  })

  it('gets SIGTERM and ten seconds to end by itself', async () => {
    const jobs = await jobsAnew()
    const control = new AbortController()
    const run = `trap 'echo politely > ${file('end')}; exit 0' TERM; echo > ${file('ran')}; while :; do sleep 0.05; done`
    await jobs.start(request(run), { spec: host.release(''), values: {} })
    await until(() => existsSync(file('ran')))
    const ended = jobs.ended('one', control.signal).catch((error: unknown) => error)
    control.abort('enough')
    expect(await ended).toBe('enough')
    expect(read('end')).toBe('politely\n')
  })
})

describe('a cron service', () => {
  const minute = 60_000
  let now = new Date('2026-11-27T10:00:30Z')
  const clock = { now: () => now }
  let reports: RunReport[] = []
  let crons: Cron[] = []
  beforeEach(() => {
    now = new Date('2026-11-27T10:00:30Z')
    reports = []
    crons = []
  })
  afterEach(async () => {
    for (const cron of crons) await cron.pause()
  })
  const adopt = async (redact = (text: string) => text) => {
    const jobs = await Jobs.adopt({
      home: host.home,
      path: process.env.PATH ?? '',
      logs: host.logs,
      clock: { now: () => new Date() },
      redact,
    })
    const cron = await Cron.adopt({
      jobs,
      file: host.home.cron,
      clock,
      report: async (run) => void reports.push(run),
      say: (_, line) => host.said.push(line),
      log: makeLog('test', 'silent'),
    })
    crons.push(cron)
    return cron
  }
  const withCron = (run: string, overlap: 'skip' | 'allow' | 'replace' = 'skip') => {
    const services: DeploymentSpecInput['services'] = [
      {
        id: newId('service'),
        name: 'nightly',
        kind: 'cron',
        run,
        cron: { cron: '* * * * *', zone: 'UTC', overlap, timeoutSeconds: 60 },
      },
    ]
    return host.release('', {}, { services })
  }
  const states = () => reports.map(({ state }) => state)

  it('runs at the full minute, once, and says how that ended', async () => {
    const cron = await adopt()
    cron.use(withCron(`echo run >> ${file('ran')}`), {})
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect(states()).toEqual([])
    now = new Date('2026-11-27T10:01:02Z')
    await until(() => states().includes('succeeded'))
    expect(states()).toEqual(['running', 'succeeded'])
    expect(reports[1]).toMatchObject({ dueAt: '2026-11-27T10:01:00.000Z', code: 0 })
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect(read('ran')).toBe('run\n')
    now = new Date('2026-11-27T10:02:00Z')
    await until(() => states().length === 4)
    expect(read('ran')).toBe('run\nrun\n')
  })

  it('that fails says with which code', async () => {
    const cron = await adopt()
    cron.use(withCron('exit 9'), {})
    now = new Date(now.getTime() + minute)
    await until(() => states().includes('failed'))
    expect(reports[1]).toMatchObject({ state: 'failed', code: 9 })
  })

  it('that cannot be started says so, and the next time is tried again', async () => {
    const cron = await adopt()
    const spec = withCron(`echo run >> ${file('ran')}`)
    const folder = host.home.release(spec.release.id)
    renameSync(folder, `${folder}.away`)
    cron.use(spec, {})
    now = new Date(now.getTime() + minute)
    await until(() => states().includes('failed'))
    expect(host.said.join()).toContain('It could not be started')
    renameSync(`${folder}.away`, folder)
    now = new Date(now.getTime() + minute)
    await until(() => states().includes('succeeded'))
    expect(states()).toEqual(['failed', 'running', 'succeeded'])
  })

  it('is followed by the next agent once that knows what must not be in its lines, and not before', async () => {
    const first = await adopt()
    const spec = withCron(`echo a secret; until [ -e ${file('go')} ]; do sleep 0.05; done`)
    first.use(spec, {})
    now = new Date(now.getTime() + minute)
    await until(() => states().includes('running'))
    await first.pause()
    host.logs.flush()
    let isKnown = false
    const next = await adopt((text) => {
      if (!isKnown) throw new Error('a line was read too early')
      return text
    })
    writeFileSync(file('go'), '')
    await new Promise((resolve) => setTimeout(resolve, 500))
    isKnown = true
    next.use(spec, {})
    await until(() => states().includes('succeeded'))
  })

  it.each([
    ['skip', ['running', 'skipped'], 1],
    ['allow', ['running', 'running'], 2],
    ['replace', ['running', 'replaced', 'running'], 2],
  ] as const)('with overlap %s', async (overlap, expected, begun) => {
    const cron = await adopt()
    cron.use(withCron(`echo run >> ${file('ran')}; sleep 600`, overlap), {})
    now = new Date(now.getTime() + minute)
    await until(() => read('ran') !== '')
    now = new Date(now.getTime() + minute)
    await until(() => states().length === expected.length && read('ran').split('\n').length === begun + 1)
    expect(states().toSorted()).toEqual(expected.toSorted())
    await cron.pause()
    const jobs = await Jobs.adopt({
      home: host.home,
      path: '',
      logs: host.logs,
      clock,
      redact: (text) => text,
    })
    for (const { id } of jobs.all()) await jobs.forget(id)
  })

  it('what the host was away for is missed, is counted and is not run later', async () => {
    const spec = withCron(`echo run >> ${file('ran')}`)
    const first = await adopt()
    first.use(spec, {})
    await first.pause()
    now = new Date('2026-11-27T16:00:40Z')
    const next = await adopt()
    next.use({ ...spec, services: spec.services.map((one) => ({ ...one })) }, {})
    await until(() => states().includes('succeeded'))
    expect(states()).toEqual(['missed', 'running', 'succeeded'])
    expect(reports[0]).toMatchObject({ missed: 359, dueAt: '2026-11-27T15:59:00.000Z' })
    expect(read('ran')).toBe('run\n')
    expect(host.said.join()).toContain('359 runs were missed')
  })

  it('goes on under the next agent, which says how the run ended', async () => {
    const first = await adopt()
    const spec = withCron(`echo run >> ${file('ran')}; until [ -e ${file('go')} ]; do sleep 0.05; done`)
    first.use(spec, {})
    now = new Date(now.getTime() + minute)
    await until(() => states().includes('running') && read('ran') !== '')
    await first.pause()
    const [before] = reports
    reports = []
    const next = await adopt()
    next.use(spec, {})
    writeFileSync(file('go'), '')
    await until(() => states().includes('succeeded'))
    expect(reports.find(({ state }) => state === 'succeeded')?.id).toBe(before?.id)
    expect(read('ran')).toBe('run\n')
  })
})

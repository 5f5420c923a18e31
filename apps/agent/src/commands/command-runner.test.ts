import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeLog, newId, UserError } from '@slipway/core'
import { type AgentMessage, checkStream, hostCommand } from '@slipway/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { homeOf } from '../home.ts'
import { type Command, CommandRunner, type Execute } from './command-runner.ts'

let folder: string
let said: AgentMessage[]
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-commands-'))
  said = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(execute: Execute) {
  // What the commands of one test say late is not of the next.
  const toldHere = said
  return CommandRunner.open({
    home: homeOf(folder),
    execute,
    ready: Promise.resolve(),
    log: makeLog('test', 'silent'),
    say: (message) => toldHere.push(message) > 0,
  })
}
const command = (more: Partial<Command> = {}): Command => ({
  type: 'command',
  id: newId('hostCommand'),
  fence: 1,
  deadlineSeconds: 60,
  command: { kind: 'restart', services: [] },
  ...more,
})
const executionId = newId('execution')
const source = {
  executionId,
  repository: { url: 'http://127.0.0.1/x.git', sha: 'a'.repeat(40) },
  runtimes: [],
}
const buildSpec = {
  ...source,
  releaseId: newId('release'),
  commands: [],
  output: { bucket: 'bucket', key: 'key' },
}
const stepSpec = {
  ...source,
  stepId: `${executionId}/staging/after/0/1`,
  stream: checkStream(executionId, 'staging/after/0'),
  command: 'npm run e2e',
  timeoutSeconds: 60,
}
const secret = { name: 'KEY', parameter: '/slipway/env_1/KEY', version: 1 }
const datadogSpec = { site: 'datadoghq.eu', monitor: '1', apiKey: secret, appKey: secret }
const outcomes = () => said.flatMap((message) => (message.type === 'result' ? [message.outcome] : []))
const ended = (count: number) => expect.poll(() => outcomes().length).toBe(count)

describe('a command', () => {
  it('that was done is answered and not done again, also by the next start of the agent', async () => {
    let times = 0
    const execute: Execute = async () => ({ times: ++times })
    const first = await open(execute)
    const it = command()
    first.receive(it)
    await ended(1)
    first.receive(it)
    await ended(2)
    const second = await open(execute)
    second.receive(it)
    await ended(3)
    expect(outcomes()).toEqual(new Array(3).fill({ ok: true, output: { times: 1 } }))
  })

  it('that changes nothing waits for none that does, and asks for no fence', async () => {
    const { promise: deployed, resolve: deploy } = Promise.withResolvers<void>()
    const runner = await open(async ({ command: { kind } }) => {
      if (kind === 'restart') await deployed
      return { kind }
    })
    runner.receive(command({ fence: 5 }))
    runner.receive(command({ fence: 0, command: { kind: 'datadog', spec: datadogSpec } }))
    await ended(1)
    expect(outcomes()).toEqual([{ ok: true, output: { kind: 'datadog' } }])
    deploy()
    await ended(2)
  })

  it('that was stored is forgotten after many others', async () => {
    const runner = await open(async () => ({}))
    const ids = Array.from({ length: 202 }, () => newId('hostCommand'))
    for (const id of ids) runner.receive(command({ id }))
    await ended(ids.length)
    for (const id of ids) await runner.stored(id)
    const names = readdirSync(homeOf(folder).commands)
    expect(names).toHaveLength(200)
    expect(names).not.toContain(`${ids[0]}.json`)
  })

  it('that is older than one that was seen is refused, also by the next start of the agent', async () => {
    const execute: Execute = async () => ({})
    const first = await open(execute)
    first.receive(command({ fence: 5 }))
    await ended(1)
    const second = await open(execute)
    second.receive(command({ fence: 4 }))
    await ended(2)
    expect(outcomes()[1]).toMatchObject({ ok: false, error: { code: 'command-superseded' } })
    second.receive(command({ fence: 5 }))
    await ended(3)
    expect(outcomes()[2]).toMatchObject({ ok: true })
  })

  it('that takes longer than it may is ended and says so', async () => {
    const runner = await open(
      (_command, _progress, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('broken off'))),
        ),
    )
    runner.receive(command({ deadlineSeconds: 1 }))
    await expect.poll(() => outcomes().length, { timeout: 3000 }).toBe(1)
    expect(outcomes()[0]).toMatchObject({ ok: false, error: { code: 'command-expired' } })
  })

  it('that changes the host waits for the one before', async () => {
    const order: string[] = []
    const runner = await open(async ({ id }) => {
      order.push(`begin ${id}`)
      await new Promise((resolve) => setTimeout(resolve, 30))
      order.push(`end ${id}`)
      return {}
    })
    const [one, two] = [command(), command()]
    runner.receive(one)
    runner.receive(two)
    await ended(2)
    expect(order).toEqual([`begin ${one.id}`, `end ${one.id}`, `begin ${two.id}`, `end ${two.id}`])
  })

  it('of a pipeline’s step waits for two other steps, and for no build', async () => {
    const running = new Set<string>()
    const ends = new Map<string, () => void>()
    const runner = await open(async ({ id }) => {
      running.add(id)
      await new Promise<void>((resolve) => ends.set(id, resolve))
      running.delete(id)
      return {}
    })
    const work = (kind: 'build' | 'step') =>
      command({ command: hostCommand.parse({ kind, spec: kind === 'build' ? buildSpec : stepSpec }) })
    const builds = [work('build'), work('build'), work('build')]
    const steps = [work('step'), work('step'), work('step')]
    for (const each of [...builds, ...steps]) runner.receive(each)
    const ids = (...commands: Command[]) => new Set(commands.map(({ id }) => id))
    await expect.poll(() => running).toEqual(ids(...builds.slice(0, 2), ...steps.slice(0, 2)))
    ends.get(steps[0]?.id ?? '')?.()
    await expect.poll(() => running).toEqual(ids(...builds.slice(0, 2), ...steps.slice(1)))
  })

  it('of a later version is answered, each time that it comes', async () => {
    const runner = await open(async () => ({}))
    runner.unknown('cmd_00000001')
    runner.unknown('cmd_00000001')
    expect(said).toMatchObject(
      new Array(2).fill({
        type: 'result',
        id: 'cmd_00000001',
        outcome: { ok: false, error: { code: 'command-unknown' } },
      }),
    )
  })

  it('whose result was not stored is said again when a channel is there', async () => {
    const runner = await open(async () => ({}))
    const it = command()
    runner.receive(it)
    await ended(1)
    runner.connected()
    expect(outcomes()).toHaveLength(2)
    await runner.stored(it.id)
    runner.connected()
    expect(outcomes()).toHaveLength(2)
  })

  it.each([
    [new UserError({ code: 'app-exited', what: 'It ended.' }), 'app-exited'],
    [new Error('a bug'), 'host-failed'],
  ])('that fails by %s is answered with %s', async (error, code) => {
    const runner = await open(async () => {
      throw error
    })
    runner.receive(command())
    await ended(1)
    expect(outcomes()[0]).toMatchObject({ ok: false, error: { code } })
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import {
  listInstances,
  listStacks,
  type PartName,
  type Sandbox,
  startSandbox,
} from '../apps/sandbox/src/index.ts'
import { eventually, get } from '../e2e/address.ts'
import { connectAccount, createApp, type Person, signUp } from '../e2e/person.ts'
import { pushThrough, pushUntilEnd } from '../e2e/push-through.ts'
import { type Repository, terminalOf } from '../e2e/repository.ts'
import type { Matrix, Row } from './row.ts'

const account = '777777777777'
type Faults = Sandbox['faults']
type FaultAsked = Parameters<Faults['ask']>[0]
type World = { slipway: Sandbox; person: Person; cloudAccountId: string }
type App = World & { app: string; repository: Repository; address: string }

/**
 * What the product promises when something breaks: a push goes on by itself to the right end, nothing is made twice, and
 * the service answers all the while. Each row breaks one thing in a sandbox that all rows share.
 */
export async function matrix(): Promise<Matrix> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-matrix-'))
  const slipway = await startSandbox({ folder })
  const person = await signUp(slipway, 'Matrix')
  const cloudAccountId = await connectAccount(slipway, person, account)
  const world = { slipway, person, cloudAccountId }
  const counter = await firstPush(world, 'counter')
  return {
    rows: [
      ...awsWhileDeploying(counter),
      ...awsWhileCreating(world),
      ...ourOwnParts(counter),
      ...hosts(counter),
    ],
    async close() {
      await slipway.stop()
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}

/** AWS misbehaves while an app that is there already is built and deployed. */
function awsWhileDeploying(app: App): Row[] {
  const faults: [string, FaultAsked][] = [
    ['AWS throttles thirty calls', { kind: 'throttled', times: 30 }],
    [
      'AWS answers each call three seconds late, for half a minute',
      { kind: 'slow', lateSeconds: 3, forSeconds: 30 },
    ],
    ['AWS never answers three calls', { kind: 'hangs', times: 3 }],
    ['the way to AWS is cut for twenty seconds', { kind: 'cut', forSeconds: 20 }],
    [
      'the answer to storing the release is lost',
      { kind: 'answer lost', service: 's3', action: 'PutObject', times: 1 },
    ],
  ]
  return faults.map(([name, fault]) => ({
    name,
    run: () =>
      answeringAllTheWhile(app, name, () =>
        withFault(app.slipway, fault, () => pushThrough(app, name, 'build', async () => {})),
      ),
  }))
}

/** AWS misbehaves while the first push of an app makes its environment. */
function awsWhileCreating(world: World): Row[] {
  const lost = ['CreateChangeSet', 'ExecuteChangeSet'].map((action) => ({
    name: `the answer to ${action} is lost`,
    fault: { kind: 'answer lost', service: 'cloudformation', action, times: 1 } satisfies FaultAsked,
  }))
  return lost.map(({ name, fault }, index) => ({
    name: `${name}, while an environment is made`,
    run: () =>
      making(world.slipway, { stacks: 1, hosts: 1 }, () =>
        withFault(world.slipway, fault, async (asked) => {
          const { address } = await firstPush(world, `lost-${index}`)
          const { status } = await get(address)
          if (status !== 200) throw new Error(`${address} answered ${status}`)
          return `${asked.met.length} calls met; live`
        }),
      ),
  }))
}

function ourOwnParts(app: App): Row[] {
  const { slipway } = app
  const restarted = (parts: PartName[], kind: 'build' | 'deployment', secondsAway: number): Row => ({
    name: `${parts.join(', ')} ${parts.length > 1 ? 'are' : 'is'} killed during the ${kind}, and back after ${secondsAway} seconds`,
    run() {
      const words = `without ${parts.join(' and ')} during the ${kind}`
      return answeringAllTheWhile(app, words, () =>
        pushThrough(app, words, kind, async () => {
          await Promise.all(parts.map((part) => slipway.kill(part)))
          await wait(secondsAway * 1000)
          for (const part of parts) await slipway.restart(part)
        }),
      )
    },
  })
  return [
    restarted(['api'], 'deployment', 2),
    restarted(['postgres'], 'build', 2),
    restarted(['postgres'], 'deployment', 2),
    restarted(['valkey'], 'deployment', 20),
    restarted(['api', 'worker', 'web'], 'deployment', 1),
    restarted(['postgres', 'valkey', 'api', 'worker', 'web'], 'deployment', 1),
    {
      name: 'the answers to assuming roles are lost to a worker that was just started',
      run() {
        const words = 'roles of a new worker'
        const fault: FaultAsked = { kind: 'answer lost', service: 'sts', times: 2 }
        return answeringAllTheWhile(app, words, () =>
          withFault(slipway, fault, () =>
            pushThrough(app, words, 'build', async () => {
              await slipway.kill('worker')
              await slipway.restart('worker')
            }),
          ),
        )
      },
    },
    {
      name: 'Redis is flushed during the deployment',
      run: () =>
        answeringAllTheWhile(app, 'without memory', () =>
          pushThrough(app, 'without memory', 'deployment', () => flush(slipway.ports.valkey)),
        ),
    },
  ]
}

function hosts(app: App): Row[] {
  const { slipway, person } = app
  const processOfHost = async (pattern: RegExp) => {
    const found = slipway.bodies.processes(await hostOf(app)).find(({ command }) => pattern.test(command))
    if (!found) throw new Error(`nothing on the host is ${pattern}`)
    return found.pid
  }
  const gone = (name: string, pattern: RegExp): Row => ({
    name: `${name} of the host is killed during the deployment`,
    run: () =>
      answeringAllTheWhile(app, `without ${name}`, () =>
        pushThrough(app, `without ${name}`, 'deployment', async () => {
          process.kill(await processOfHost(pattern), 'SIGKILL')
        }),
      ),
  })
  return [
    gone('the agent', /agent\.mjs agent$/),
    gone('the gate', /agent\.mjs gate$/),
    {
      name: 'the agent of the host hears nothing for a minute during the deployment',
      run: () =>
        answeringAllTheWhile(app, 'deaf for a minute', () =>
          pushThrough(app, 'deaf for a minute', 'deployment', async () => {
            const pid = await processOfHost(/agent\.mjs agent$/)
            process.kill(pid, 'SIGSTOP')
            await wait(60_000)
            process.kill(pid, 'SIGCONT')
          }),
        ),
    },
    {
      name: 'the instance is terminated by hand',
      async run() {
        const instance = await hostOf(app)
        await inConsole(slipway, instance, 'terminate')
        const { api, organisationId } = person
        const seen = await eventually(
          async () => {
            const place = { organisationId, app: app.app, environment: 'production' }
            const { hosts: all, health } = await api.environments.get.query(place)
            return all.every(({ state }) => state !== 'online')
              ? `${health}, host ${all[0]?.state}`
              : undefined
          },
          'a page that says so',
          300,
        )
        const execution = await pushUntilEnd(app, 'after the end', 'build', async () => {})
        return `the page says ${seen}; the next push ${execution.status}: ${JSON.stringify(execution.error?.what ?? 'live')}`
      },
    },
  ]
}

async function firstPush(world: World, app: string): Promise<App> {
  const repository = await createApp(world.person, world.cloudAccountId, app, 'node-sqlite')
  const { text } = await terminalOf(repository.push())
  const address = new RegExp(`http://web-${app}-\\w{6}\\.localhost:\\d+`).exec(text)?.[0]
  if (!address || !text.includes('is live'))
    throw new Error(`the first push of ${app} ended with: ${text.slice(-800)}`)
  return { ...world, app, repository, address }
}

async function withFault<T>(
  slipway: Sandbox,
  fault: FaultAsked,
  run: (asked: ReturnType<Faults['ask']>) => Promise<T>,
): Promise<T> {
  const asked = slipway.faults.ask(fault)
  try {
    const result = await run(asked)
    if (asked.met.length === 0) throw new Error('no call met the fault')
    return result
  } finally {
    slipway.faults.end(asked.id)
  }
}

/** Asks the service without pause meanwhile; it must answer, and in the end with the new words. */
function answeringAllTheWhile(app: App, words: string, run: () => Promise<void>): Promise<string> {
  return making(app.slipway, { stacks: 0, hosts: 0 }, () => askMeanwhile(app, words, run))
}

async function askMeanwhile({ address }: App, words: string, run: () => Promise<void>): Promise<string> {
  let isOver = false
  let answers = 0
  const wrong: string[] = []
  let longest = 0
  const asking = (async () => {
    while (!isOver) {
      const startedAt = performance.now()
      const said = await get(address, '/healthz').then(({ status }) => String(status), String)
      longest = Math.max(longest, performance.now() - startedAt)
      answers++
      if (said !== '200') wrong.push(said)
      await wait(20)
    }
  })()
  try {
    await run()
  } finally {
    isOver = true
    await asking
  }
  if (wrong.length > 0)
    throw new Error(`${wrong.length} of ${answers} answers were wrong, such as ${wrong[0]}`)
  const { body } = await get(address)
  if (!body.includes(words)) throw new Error('it ended well, and the service says other words')
  return `live; ${answers} answers, all right, the longest after ${Math.round(longest)} ms`
}

type Made = { stacks: number; hosts: number }

/** What AWS itself says is there of environments. */
async function madeSoFar({ emulatorUrl }: Sandbox): Promise<Made> {
  const stacks = await listStacks(emulatorUrl, account, 'us-east-1')
  const instances = await listInstances(emulatorUrl)
  const isRunners = (name: string | null) => name?.includes('runner') ?? false
  return {
    stacks: stacks.filter(({ name }) => !isRunners(name)).length,
    hosts: instances.filter(
      (one) => one.account === account && one.state === 'running' && !isRunners(one.profile),
    ).length,
  }
}

/** Runs it, and sees that AWS has so much more afterwards and no more than that. */
async function making(slipway: Sandbox, more: Made, run: () => Promise<string>): Promise<string> {
  const before = await madeSoFar(slipway)
  const seen = await run()
  const after = await madeSoFar(slipway)
  const made = { stacks: after.stacks - before.stacks, hosts: after.hosts - before.hosts }
  if (made.stacks !== more.stacks || made.hosts !== more.hosts)
    throw new Error(`${seen}, but it made ${made.stacks} stacks and ${made.hosts} hosts`)
  return `${seen}; ${made.stacks} stacks and ${made.hosts} hosts made`
}

async function hostOf({ person: { api, organisationId }, app }: App): Promise<string> {
  const { hosts: all } = await api.environments.get.query({ organisationId, app, environment: 'production' })
  return all[0]?.instanceId ?? ''
}

async function inConsole(slipway: Sandbox, id: string, action: string): Promise<void> {
  const console = `${slipway.url.replace('localhost', '127.0.0.1')}/sandbox/console/instance`
  const body = new URLSearchParams({ id, action })
  const { status } = await fetch(console, { method: 'POST', body, redirect: 'manual' })
  if (status >= 400) throw new Error(`the console answered ${status}`)
}

function flush(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write('FLUSHALL\r\n'))
    socket.once('data', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}

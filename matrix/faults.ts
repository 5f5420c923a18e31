import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { type PartName, startSandbox } from '../apps/sandbox/src/index.ts'
import { eventually, get } from '../e2e/address.ts'
import { connectAccount, signUp } from '../e2e/person.ts'
import { pushThrough, pushUntilEnd } from '../e2e/push-through.ts'
import { jobs } from './faults/jobs.ts'
import { refusals } from './faults/refusals.ts'
import {
  type App,
  account,
  answeringAllTheWhile,
  type FaultAsked,
  firstPush,
  hostOf,
  inConsole,
  making,
  type World,
  withFault,
} from './faults/world.ts'
import type { Matrix, Row } from './row.ts'

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
      ...refusals(counter),
      ...ourOwnParts(counter),
      ...jobs(counter),
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
    restarted(['api'], 'build', 1),
    restarted(['worker'], 'build', 1),
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
          pushThrough(app, 'without memory', 'deployment', () =>
            tellValkey(slipway.ports.valkey, 'FLUSHALL'),
          ),
        ),
    },
    {
      name: 'Redis is full for twenty seconds during the deployment',
      run: () =>
        answeringAllTheWhile(app, 'with no room', () =>
          pushThrough(app, 'with no room', 'deployment', async () => {
            await tellValkey(slipway.ports.valkey, 'CONFIG SET maxmemory 1')
            await wait(20_000)
            await tellValkey(slipway.ports.valkey, 'CONFIG SET maxmemory 0')
          }),
        ),
    },
    {
      name: 'every connection to Postgres is cut forty times during the deployment',
      run: () =>
        answeringAllTheWhile(app, 'cut off', () =>
          pushThrough(app, 'cut off', 'deployment', () => cutConnections(slipway.databaseUrls.adminUrl, 40)),
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
      name: 'the instance is stopped by hand during the deployment, and started six hours later',
      async run() {
        const instance = await hostOf(app)
        const execution = await pushUntilEnd(app, 'too late', 'deployment', async () => {
          await inConsole(slipway, instance, 'stop')
          await slipway.moveClock(new Date(slipway.clock.now().getTime() + 6 * 3_600_000))
        })
        if (execution.status !== 'failed') throw new Error(`it ${execution.status}`)
        await inConsole(slipway, instance, 'start')
        const isBack = () => get(app.address).then(({ status, body }) => (status === 200 ? body : undefined))
        await eventually(() => isBack().catch(() => undefined), 'the service', 300)
        await wait(20_000)
        if ((await isBack())?.includes('too late')) throw new Error('what came too late was begun')
        const next = await answeringAllTheWhile(app, 'back again', () =>
          pushThrough(app, 'back again', 'build', async () => {}),
        )
        return `failed: ${execution.error?.what}; the next push ${next}`
      },
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

/** One command, whose answer must not be an error. */
function tellValkey(port: number, command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`))
    socket.once('data', (answer) => {
      socket.destroy()
      if (String(answer).startsWith('-')) reject(new Error(String(answer)))
      else resolve()
    })
    socket.once('error', reject)
  })
}

/** Whatever they are in the middle of, four times a second. */
async function cutConnections(adminUrl: string, times: number): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  try {
    for (let time = 0; time < times; time++) {
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename like 'slipway%' and pid <> pg_backend_pid()",
      )
      await wait(250)
    }
  } finally {
    await admin.end()
  }
}

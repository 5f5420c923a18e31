import { setTimeout as wait } from 'node:timers/promises'
import { listInstances, listStacks, type Sandbox } from '../../apps/sandbox/src/index.ts'
import { get } from '../../e2e/address.ts'
import { createApp, type Person } from '../../e2e/person.ts'
import { type Repository, terminalOf } from '../../e2e/repository.ts'

export const account = '777777777777'
type Faults = Sandbox['faults']
export type FaultAsked = Parameters<Faults['ask']>[0]
export type World = { slipway: Sandbox; person: Person; cloudAccountId: string }
export type App = World & { app: string; repository: Repository; address: string }

export async function firstPush(world: World, app: string): Promise<App> {
  const repository = await createApp(world.person, world.cloudAccountId, app, 'node-sqlite')
  const { text } = await terminalOf(repository.push())
  const address = new RegExp(`http://web-${app}-\\w{6}\\.localhost:\\d+`).exec(text)?.[0]
  if (!address || !text.includes('is live'))
    throw new Error(`the first push of ${app} ended with: ${text.slice(-800)}`)
  return { ...world, app, repository, address }
}

export async function withFault<T>(
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
export function answeringAllTheWhile(app: App, words: string, run: () => Promise<void>): Promise<string> {
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
export async function making(slipway: Sandbox, more: Made, run: () => Promise<string>): Promise<string> {
  const before = await madeSoFar(slipway)
  const seen = await run()
  const after = await madeSoFar(slipway)
  const made = { stacks: after.stacks - before.stacks, hosts: after.hosts - before.hosts }
  if (made.stacks !== more.stacks || made.hosts !== more.hosts)
    throw new Error(`${seen}, but it made ${made.stacks} stacks and ${made.hosts} hosts`)
  return `${seen}; ${made.stacks} stacks and ${made.hosts} hosts made`
}

export async function hostOf({ person: { api, organisationId }, app }: App): Promise<string> {
  const { hosts: all } = await api.environments.get.query({ organisationId, app, environment: 'production' })
  return all[0]?.instanceId ?? ''
}

export async function inConsole(slipway: Sandbox, id: string, action: string): Promise<void> {
  const console = `${slipway.url.replace('localhost', '127.0.0.1')}/sandbox/console/instance`
  const body = new URLSearchParams({ id, action })
  const { status } = await fetch(console, { method: 'POST', body, redirect: 'manual' })
  if (status >= 400) throw new Error(`the console answered ${status}`)
}

import type { PartName, Sandbox } from '../apps/sandbox/src/index.ts'
import { eventually, get } from './address.ts'
import { connectAccount, createApp, type Person, signUp } from './person.ts'
import { pushThrough } from './push-through.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

const account = '444444444444'
const app = 'counter'

test('a deployment ends by itself in the right state, whatever is killed in the middle of it', async ({
  slipway,
}) => {
  test.setTimeout(900_000)
  const person = await signUp(slipway, 'Faulty')
  const cloudAccountId = await connectAccount(slipway, person, account)
  const repository = await createApp(person, cloudAccountId, app, 'node-sqlite')
  const place = { person, repository, app }
  const first = await terminalOf(repository.push())
  const address = /http:\/\/web-counter-\w{6}\.localhost:\d+/.exec(first.text)?.[0] ?? ''
  expect(first.text).toContain('is live')

  // Of what is killed while it builds one is here; the others are rows of `npm run matrix -- faults`.
  await test.step('valkey, while it builds', async () => {
    await pushThrough(place, 'without valkey', 'build', async () => {
      await slipway.kill('valkey')
      await slipway.restart('valkey')
    })
    expect((await get(address)).body).toContain('without valkey')
  })

  await test.step('worker, while it deploys', async () => {
    await pushThrough(place, 'without worker again', 'deployment', async () => {
      await slipway.kill('worker')
      await slipway.restart('worker')
    })
    expect((await get(address)).body).toContain('without worker again')
  })

  await test.step('the agent of the host, while it deploys', async () => {
    await pushThrough(place, 'without agent', 'deployment', async () => killAgent(slipway, person))
    expect((await get(address)).body).toContain('without agent')
  })

  await test.step('all of Slipway is gone and the host reboots: the service answers', async () => {
    const instance = await hostInstance(person)
    const body = () => slipway.bodies.list().find((one) => one.instance.id === instance)
    const { body: before } = await get(address)
    for (const part of ['web', 'api', 'worker', 'valkey', 'postgres'] as const satisfies PartName[])
      await slipway.kill(part)
    const reboots = body()?.instance.reboots ?? 0
    await rebootInConsole(slipway, instance)
    await eventually(() => (body()?.instance.reboots ?? 0) > reboots || undefined, 'the reboot')
    const after = await eventually(async () => {
      const answer = await get(address).catch(() => undefined)
      return answer?.status === 200 ? answer.body : undefined
    }, 'an answer of the rebooted host')
    const visits = (text: string) => Number(/<strong>(\d+)<\/strong>/.exec(text)?.[1])
    expect(visits(after)).toBe(visits(before) + 1)
  })

  await test.step('when Slipway is back, the host is online again', async () => {
    for (const part of ['postgres', 'valkey', 'api', 'worker', 'web'] as const satisfies PartName[])
      await slipway.restart(part)
    await eventually(async () => {
      const place = { organisationId: person.organisationId, app, environment: 'production' }
      const seen = await person.api.environments.get.query(place).catch(() => undefined)
      return (seen?.health === 'healthy' && seen.hosts[0]?.state === 'online') || undefined
    }, 'a healthy environment')
  })
})

async function hostInstance({ api, organisationId }: Person): Promise<string> {
  const { hosts } = await api.environments.get.query({ organisationId, app, environment: 'production' })
  return hosts[0]?.instanceId ?? ''
}

async function rebootInConsole(slipway: Sandbox, id: string): Promise<void> {
  const console = `${slipway.url.replace('localhost', '127.0.0.1')}/sandbox/console/instance`
  const body = new URLSearchParams({ id, action: 'reboot' })
  const { status } = await fetch(console, { method: 'POST', body, redirect: 'manual' })
  if (status >= 400) throw new Error(`the console answered ${status}`)
}

async function killAgent(slipway: Sandbox, person: Person): Promise<void> {
  const running = slipway.bodies.processes(await hostInstance(person))
  const agent = running.find(({ command }) => /agent\.mjs agent$/.test(command))
  if (!agent) throw new Error(`no agent among: ${running.map(({ command }) => command).join(' | ')}`)
  process.kill(agent.pid, 'SIGKILL')
}

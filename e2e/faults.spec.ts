import { readFileSync } from 'node:fs'
import type { PartName, Sandbox } from '../apps/sandbox/src/index.ts'
import { eventually, get } from './address.ts'
import { connectAccount, createApp, type Person, signUp } from './person.ts'
import { type Repository, terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

const account = '444444444444'
const app = 'counter'
const source = readFileSync(new URL('../examples/node-sqlite/server.js', import.meta.url), 'utf8')

test('a deployment ends by itself in the right state, whatever is killed in the middle of it', async ({
  slipway,
}) => {
  test.setTimeout(900_000)
  const person = await signUp(slipway, 'Faulty')
  const cloudAccountId = await connectAccount(slipway, person, account)
  const repository = await createApp(person, cloudAccountId, app, 'node-sqlite')
  const first = await terminalOf(repository.push())
  const address = /http:\/\/web-counter-\w{6}\.localhost:\d+/.exec(first.text)?.[0] ?? ''
  expect(first.text).toContain('is live')

  for (const part of ['worker', 'api', 'valkey'] as const satisfies PartName[])
    await test.step(`${part}, while it builds`, async () => {
      await pushAndKill(person, repository, `without ${part}`, 'build', async () => {
        await slipway.kill(part)
        await slipway.restart(part)
      })
      expect((await get(address)).body).toContain(`without ${part}`)
    })

  await test.step('worker, while it deploys', async () => {
    await pushAndKill(person, repository, 'without worker again', 'deployment', async () => {
      await slipway.kill('worker')
      await slipway.restart('worker')
    })
    expect((await get(address)).body).toContain('without worker again')
  })

  await test.step('the agent of the host, while it deploys', async () => {
    await pushAndKill(person, repository, 'without agent', 'deployment', async () =>
      killAgent(slipway, person),
    )
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

/**
 * Pushes other words, and once this part of the execution is at work, does `kill`. Then waits for the end, which must
 * be a success with one build, one release and one deployment.
 */
async function pushAndKill(
  person: Person,
  repository: Repository,
  words: string,
  kind: 'build' | 'deployment',
  kill: () => Promise<void>,
): Promise<void> {
  const { api, organisationId } = person
  const place = { organisationId, app, environment: 'production' }
  const releasesBefore = await api.environments.releases.query(place)
  await repository.commit(words, { 'server.js': source.replace('Hello from a push', words) })
  const pushed = terminalOf(repository.push())
  const number = await eventually(async () => {
    const { executions } = await api.executions.list.query({ organisationId, app })
    const mine = executions.find(({ message }) => message === words)
    if (!mine) return undefined
    const { parts } = await api.executions.get.query({ organisationId, app, number: mine.number })
    const steps = parts.find((part) => part.kind === kind)?.steps ?? []
    // The last step is where the runner or the host works.
    const last = steps.at(-1)
    return last && last.state !== 'pending' ? mine.number : undefined
  }, `the ${kind} of "${words}"`)
  await kill()
  const execution = await eventually(async () => {
    const seen = await api.executions.get.query({ organisationId, app, number }).catch(() => undefined)
    return seen?.endedAt ? seen : undefined
  }, `the end of execution ${number}`)
  await pushed
  expect(execution.error).toBeNull()
  expect(execution.status).toBe('succeeded')
  // A build that lost its way to the source is begun again; what comes of it is one release, deployed once.
  expect(execution.parts.filter((part) => part.kind === 'deployment')).toHaveLength(1)
  const releases = await api.environments.releases.query(place)
  expect(releases.length).toBe(releasesBefore.length + 1)
}

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

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { eventually, get } from './address.ts'
import { connectAccount, createApp, type Person, signUp } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

const folder = new URL('../examples/', import.meta.url)
const examples = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
)
const expectation = z.object({
  needs: z.array(z.string()).default([]),
  isSlow: z.boolean().default(false),
  isOnlyPlanned: z.boolean().default(false),
  journey: z.string().optional(),
  requests: z.array(
    z.object({
      path: z.string(),
      status: z.number().default(200),
      body: z.string().optional(),
      contains: z.string().optional(),
      headers: z.record(z.string(), z.string()).default({}),
    }),
  ),
  service: z.string().default('web'),
})
const areAllAsked = process.env.EXAMPLES === 'all'
/** Where a runner in the sandbox looks for programs: what is elsewhere on this machine it does not have. */
const runnerPath = ['/usr/local/go/bin', '/usr/lib/go/bin', '/usr/local/bin', '/usr/bin', '/bin']

let person: Person | undefined
let cloudAccountId = ''

for (const example of examples)
  test(`the example ${example} is pushed, built on a runner, and answers what it promises`, async ({
    slipway,
  }) => {
    // The first app of a language waits for its runtime too, which is fetched and packed once on the runner.
    test.setTimeout(480_000)
    const file = new URL(`${example}/expect.json`, folder)
    const { needs, isSlow, isOnlyPlanned, journey, requests, service } = expectation.parse(
      JSON.parse(readFileSync(file, 'utf8')),
    )
    test.skip(isOnlyPlanned, 'it names cloud accounts and regions that only a real organisation has')
    test.skip(journey !== undefined && !areAllAsked, `${journey} pushes it and asks more of it`)
    test.skip(isSlow && !areAllAsked, 'its runtime is large: EXAMPLES=all npm run journeys -- examples')
    const missing = needs.filter((name) => !runnerPath.some((place) => existsSync(`${place}/${name}`)))
    test.skip(missing.length > 0, `this machine, and so the runner, has no ${missing.join(', ')}`)
    person ??= await signUp(slipway, 'Examples')
    cloudAccountId ||= await connectAccount(slipway, person, '666666666666')
    const repository = await createApp(person, cloudAccountId, example, example)
    const { text } = await terminalOf(repository.push())
    expect(text).toContain('is live')
    const address = new RegExp(`http://${service}-${example}-\\w{6}\\.localhost:\\d+`).exec(text)?.[0] ?? ''
    for (const { path, status, body, contains, headers } of requests) {
      const answer = await get(address, path)
      expect(answer.status, path).toBe(status)
      expect(answer.headers, path).toMatchObject(headers)
      if (body !== undefined) expect(answer.body).toBe(body)
      if (contains !== undefined) expect(answer.body).toContain(contains)
    }
  })

test('a wrong manifest is told in the terminal by its place, and what runs is left alone', async ({
  slipway,
}) => {
  person ??= await signUp(slipway, 'Examples')
  cloudAccountId ||= await connectAccount(slipway, person, '666666666666')
  const repository = await createApp(person, cloudAccountId, 'mistaken', 'node-sqlite')
  await repository.commit('A slip of the pen', { 'slipway.yaml': 'services:\n  web:\n    helth: /healthz\n' })
  const { text } = await terminalOf(repository.push())
  expect(text).toMatch(/slipway\.yaml:3:5/)
  expect(text).toContain('health')
  const { api, organisationId } = person
  await eventually(async () => {
    const { executions } = await api.executions.list.query({ organisationId, app: 'mistaken' })
    return executions[0]?.status === 'failed' || undefined
  }, 'the execution that says so')
})

test('an app that eats all memory, or never listens, is each told for what it is', async ({ slipway }) => {
  person ??= await signUp(slipway, 'Examples')
  cloudAccountId ||= await connectAccount(slipway, person, '666666666666')
  const repository = await createApp(person, cloudAccountId, 'hungry', 'node-sqlite')
  const manifest = 'services:\n  web:\n    size: nano\n    health: { path: /, timeout: 15s }\n'
  const hungry =
    'const held = []\nsetInterval(() => held.push(Buffer.alloc(50_000_000, 1)), 50)\nconsole.log("more, more")\n'
  await repository.commit('Eat', { 'slipway.yaml': manifest, 'server.js': hungry })
  const eaten = await terminalOf(repository.push())
  expect(eaten.text).toMatch(/memory/i)
  await repository.commit('Sleep', { 'server.js': 'setInterval(() => {}, 1000)\nconsole.log("asleep")\n' })
  const slept = await terminalOf(repository.push())
  expect(slept.text).toMatch(/port/i)
  expect(slept.text).toContain('asleep')
})

import { readFileSync } from 'node:fs'
import { get } from './address.ts'
import { loadOf } from './load.ts'
import { connectAccount, createApp, signUp } from './person.ts'
import { terminalOf } from './repository.ts'
import { expect, test } from './slipway.ts'

test('a push while requests run at 1,000 a second fails none of them, and the disk keeps its data', async ({
  slipway,
}) => {
  test.setTimeout(600_000)
  const person = await signUp(slipway, 'Loaded')
  const cloudAccountId = await connectAccount(slipway, person, '888888888888')
  const repository = await createApp(person, cloudAccountId, 'counter', 'node-sqlite')
  const first = await terminalOf(repository.push())
  const address = /http:\/\/web-counter-\w{6}\.localhost:\d+/.exec(first.text)?.[0] ?? ''
  await get(address)
  const { body: before } = await get(address)

  const source = readFileSync(new URL('../examples/node-sqlite/server.js', import.meta.url), 'utf8')
  await repository.commit('Second words', {
    'server.js': source.replace('Hello from a push', 'Second words'),
  })
  const load = loadOf(address, 1000)
  const second = await terminalOf(repository.push())
  const seen = await load.stop(5000)

  expect(second.text).toContain('is live')
  expect(seen.failed).toEqual([])
  expect(seen.answered).toBeGreaterThanOrEqual(5000)
  expect(seen.bodies).toBeGreaterThan(1)
  const { body: after } = await get(address)
  expect(after).toContain('Second words')
  const visits = (body: string) => Number(/<strong>(\d+)<\/strong>/.exec(body)?.[1])
  // Every answered request was counted on the disk, by the old process or the new one.
  expect(visits(after)).toBe(visits(before) + seen.answered + 1)
})

test('a push that breaks under load, but not on its health path, is undone by itself and says with which figures', async ({
  slipway,
}) => {
  test.setTimeout(600_000)
  const person = await signUp(slipway, 'Monitored')
  const cloudAccountId = await connectAccount(slipway, person, '343434343434')
  const repository = await createApp(person, cloudAccountId, 'monitored', 'node-sqlite')
  const first = await terminalOf(repository.push())
  const address = /http:\/\/web-monitored-\w{6}\.localhost:\d+/.exec(first.text)?.[0] ?? ''
  const source = readFileSync(new URL('../examples/node-sqlite/server.js', import.meta.url), 'utf8')
  const breaking = `let recent = []
  const isTooMany = () => (recent = [...recent.filter((at) => at > Date.now() - 1000), Date.now()]).length > 20`
  await repository.commit('Breaks under load', {
    'server.js': source
      .replace('const words =', `${breaking}\nconst words =`)
      .replace(
        "if (request.url !== '/')",
        "if (isTooMany()) return response.writeHead(500).end('too many')\n  $&",
      ),
  })
  const load = loadOf(address, 100)
  const second = await terminalOf(repository.push())
  await load.stop()

  expect(second.text).toMatch(/web answered with faults under the new release: \d+ of \d+ requests failed/)
  expect((await get(address)).body).toContain('Hello from a push')
  const { organisationId, api } = person
  const { status, error, revision } = await api.executions.get.query({
    organisationId,
    app: 'monitored',
    number: 2,
  })
  expect({ status, error, revision }).toMatchObject({
    status: 'failed',
    error: {
      code: 'app-faults-rose',
      why: expect.stringMatching(/^In the minutes before the switch 0 of \d+ requests failed/),
    },
    revision: { isBad: true },
  })
})

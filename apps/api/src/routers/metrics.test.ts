import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWorld, type World } from '../isolation/world.ts'
import { call, testApi } from '../testing.ts'

let world: World

beforeAll(async () => {
  world = await makeWorld(await testApi())
})
afterAll(() => world.api.close())

const ask = (path: string, more: object) => {
  const { organisationId, app, environment } = world
  return call(world.viewer.browser, 'query', path, { organisationId, app, environment, ...more })
}

test('a range that nobody offers is bad input, a service that is not there is not found', async () => {
  expect((await ask('metrics.get', { range: '1y' })).userError).toMatchObject({ code: 'bad-input' })
  expect((await ask('metrics.get', {})).userError).toMatchObject({ code: 'bad-input' })
  expect((await ask('metrics.get', { range: '1h', service: 'nowhere' })).userError).toMatchObject({
    code: 'not-found',
  })
})

test('an app that measured nothing has a step for each minute of the hour, all of them empty', async () => {
  const { data } = await ask('metrics.get', { range: '1h' })
  expect(data).toMatchObject({ stepMinutes: 1, services: new Array(60).fill(null), hosts: [] })
})

test.each([
  { text: ' ' },
  { text: 'a\u0000b' },
  { text: 'x'.repeat(201) },
  { before: '1 or 1=1' },
  { before: '123' },
  { from: 'yesterday' },
  { level: 'loud' },
])('a search of logs for %o is bad input', async (asked) => {
  expect((await ask('logs.search', asked)).userError).toMatchObject({ code: 'bad-input' })
})

test('a search of logs takes what would be a pattern, a quote or a statement for text', async () => {
  for (const text of ['%', "'; drop table log_chunk; --", '\\', '$1', '\u001b[31m'])
    expect((await ask('logs.search', { text })).data).toMatchObject({ lines: [], next: null })
})

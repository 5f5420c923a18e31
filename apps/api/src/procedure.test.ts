import { makeLog, realClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { expect, test, vi } from 'vitest'
import type { Context } from './context.ts'
import { makeLive } from './live.ts'
import { procedure, router } from './procedure.ts'

test('a procedure without an access rule does not compile, nor one with an action that nobody knows', () => {
  // @ts-expect-error there is no procedure before its rule
  expect(procedure.query).toBeUndefined()
  // @ts-expect-error there is no such action
  procedure.organisation('apps.explode')
  expect(procedure.organisation('apps.read')._def.meta).toEqual({ access: 'apps.read' })
  expect(procedure.public()._def.meta).toEqual({ access: 'public' })
})

test('a bug leaves only a number: its own words go to the log', async () => {
  const { db, close } = await testDatabase()
  const log = makeLog('test', 'silent')
  const reported = vi.spyOn(log, 'error')
  const broken = router({
    broken: procedure.public().query(() => {
      throw new Error('password of the database')
    }),
  })
  const context: Context = {
    db,
    clock: realClock,
    log,
    live: makeLive(),
    rateLimit: { take: async () => {}, close() {} },
    caller: undefined,
    settings: {
      publicUrl: 'http://slipway.test',
      appsUrl: 'http://{name}.apps.test',
      gatePorts: { first: 80, last: 80 },
      sealing: { key: 'a key' },
      connect: {
        awsRegion: 'us-east-1',
        templateUrl: 'http://templates.test/connect.json',
        consoleUrl: 'https://console.aws.amazon.com',
        announceTopicArn: 'arn:aws:sns:us-east-1:111122223333:slipway-announce',
        platformAccount: '111122223333',
        platformPrincipal: 'arn:aws:iam::111122223333:role/slipway-worker',
      },
    },
  }
  const answer = await fetchRequestHandler({
    endpoint: '/trpc',
    req: new Request('http://slipway.test/trpc/broken'),
    router: broken,
    createContext: () => context,
  })
  const text = await answer.text()
  expect(answer.status).toBe(500)
  expect(text).not.toContain('password of the database')
  const bug = /recorded as ([0-9a-f]{12})/.exec(text)?.[1]
  expect(bug).toBeDefined()
  expect(reported.mock.calls[0]?.[0]).toMatchObject({ bug, err: { message: 'password of the database' } })
  await close()
})

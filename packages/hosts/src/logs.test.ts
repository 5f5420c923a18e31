import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { deploymentStream, serviceStream } from '@slipway/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readLogs, sayInLog, storeLogs } from './logs.ts'
import { addHost, type PlacedHost } from './testing.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
let placed: PlacedHost
const clock = stoppedClock(new Date('2026-11-25T10:00:00Z'))

beforeAll(async () => {
  t = await testDatabase()
})
afterAll(() => t.close())
beforeEach(async () => {
  placed = await addHost(t.db, clock)
})
const here = <T>(run: Parameters<typeof t.db.inOrganisation<T>>[1]) =>
  t.db.inOrganisation(placed.organisationId, run)

describe('logs', () => {
  const line = (text: string) => ({ at: clock.now().toISOString(), text })

  it('are read in the order in which they came, each chunk once', async () => {
    const { organisationId, environmentId } = placed
    const stream = serviceStream(environmentId, 'web')
    const source = crypto.randomUUID()
    const store = (sequence: number, ...texts: string[]) =>
      here((tx) => storeLogs(tx, { organisationId, stream, source, sequence, lines: texts.map(line) }, clock))
    await store(0, 'a', 'b')
    await store(1, 'c')
    await store(0, 'a', 'b')
    const first = await here((tx) => readLogs(tx, { organisationId, stream }))
    expect(first.lines.map(({ text }) => text)).toEqual(['a', 'b', 'c'])
    await store(2, 'd')
    const next = await here((tx) => readLogs(tx, { organisationId, stream, after: first.next }))
    expect(next.lines.map(({ text }) => text)).toEqual(['d'])
    expect((await here((tx) => readLogs(tx, { organisationId, stream, after: next.next }))).next).toBe(
      next.next,
    )
  })

  it('are kept whatever an app printed', async () => {
    const { organisationId, environmentId } = placed
    const stream = serviceStream(environmentId, 'web')
    const lines = [line('a\0b'), line('half of a pair: \ud800')]
    await here((tx) => storeLogs(tx, { organisationId, stream, source: 's', sequence: 0, lines }, clock))
    const page = await here((tx) => readLogs(tx, { organisationId, stream }))
    expect(page.lines.map(({ text }) => text)).toEqual(['a\ufffdb', 'half of a pair: \ufffd'])
  })

  it('come newest first when nothing is named, and say when there is more', async () => {
    const { organisationId, environmentId } = placed
    const stream = serviceStream(environmentId, 'web')
    for (let sequence = 0; sequence < 4; sequence++)
      await here((tx) =>
        storeLogs(
          tx,
          { organisationId, stream, source: 's', sequence, lines: [line(String(sequence))] },
          clock,
        ),
      )
    const newest = await here((tx) => readLogs(tx, { organisationId, stream, limit: 2 }))
    expect(newest.lines.map(({ text }) => text)).toEqual(['2', '3'])
    const oldest = await here((tx) => readLogs(tx, { organisationId, stream, after: '0', limit: 2 }))
    expect(oldest).toMatchObject({ isMore: true, lines: [{ text: '0' }, { text: '1' }] })
  })

  it('of our own are said once by a job that runs twice', async () => {
    const { organisationId } = placed
    const stream = deploymentStream(newId('deployment'))
    const say = { organisationId, stream, key: 'begin', at: clock.now(), lines: ['Provisioning.'] }
    await here((tx) => sayInLog(tx, say, clock))
    await here((tx) => sayInLog(tx, say, clock))
    expect((await here((tx) => readLogs(tx, { organisationId, stream }))).lines).toMatchObject([
      { text: 'Provisioning.', level: 'slipway' },
    ])
  })

  it('of a host whose clock is years off are kept all the same', async () => {
    const { organisationId, environmentId } = placed
    const stream = serviceStream(environmentId, 'web')
    await here((tx) =>
      storeLogs(
        tx,
        {
          organisationId,
          stream,
          source: 's',
          sequence: 0,
          lines: [{ at: '1999-01-01T00:00:00Z', text: 'old' }],
        },
        clock,
      ),
    )
    expect((await here((tx) => readLogs(tx, { organisationId, stream }))).lines).toHaveLength(1)
  })
})

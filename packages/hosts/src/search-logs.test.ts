import { newId, stoppedClock } from '@slipway/core'
import { testDatabase } from '@slipway/db/testing'
import { type LogLine, serviceStream } from '@slipway/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { storeLogs } from './logs.ts'
import { type LogSearch, searchLogs } from './search-logs.ts'
import { addHost, type PlacedHost } from './testing.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
let placed: PlacedHost
let sequence: number
const clock = stoppedClock(new Date('2026-11-25T00:00:10Z'))

beforeAll(async () => {
  t = await testDatabase()
})
afterAll(() => t.close())
beforeEach(async () => {
  placed = await addHost(t.db, clock)
  sequence = 0
})
const here = <T>(run: Parameters<typeof t.db.inOrganisation<T>>[1]) =>
  t.db.inOrganisation(placed.organisationId, run)
const secondsAgo = (seconds: number) => new Date(clock.now().getTime() - seconds * 1000)
const web = () => serviceStream(placed.environmentId, 'web')
const worker = () => serviceStream(placed.environmentId, 'worker')

type Said = { texts: string[]; stream?: string; level?: LogLine['level']; hostId?: PlacedHost['hostId'] }
function say(secondsBack: number, { texts, stream = web(), level, hostId = placed.hostId }: Said) {
  const at = secondsAgo(secondsBack).toISOString()
  const lines = texts.map((text) => ({ at, text, ...(level === undefined ? {} : { level }) }))
  const { organisationId } = placed
  const chunk = { organisationId, stream, source: 's', sequence: sequence++, hostId, lines }
  return here((tx) => storeLogs(tx, chunk, clock))
}
const search = (asked: Partial<LogSearch> = {}) =>
  here((tx) =>
    searchLogs(tx, { organisationId: placed.organisationId, streams: [web(), worker()], ...asked }),
  )
const textsOf = ({ lines }: Awaited<ReturnType<typeof search>>) => lines.map(({ text }) => text)

describe('a search of logs', () => {
  it('finds a text anywhere in a line, in upper or lower case, oldest first', async () => {
    await say(3, { texts: ['GET /cart 200', 'POST /Checkout 500'] })
    await say(2, { texts: ['the checkout is slow'], stream: worker() })
    await say(1, { texts: ['nothing'] })
    const found = await search({ text: 'CHECKOUT' })
    expect(textsOf(found)).toEqual(['POST /Checkout 500', 'the checkout is slow'])
    expect(found).toMatchObject({ linesRead: 4, next: null })
  })

  it('is for letters of any language', async () => {
    await say(1, { texts: ['Größe überschritten', 'Ошибка'] })
    expect(textsOf(await search({ text: 'GRÖSSE'.replace('SS', 'ß') }))).toEqual(['Größe überschritten'])
    expect(textsOf(await search({ text: 'ошибка' }))).toEqual(['Ошибка'])
  })

  it('takes every character of the text for itself', async () => {
    await say(1, { texts: ['100% of "a\\b_c"', '100x of "aXbYc"'] })
    for (const text of ['100%', '"a\\b', 'b_c']) expect(textsOf(await search({ text }))).toHaveLength(1)
  })

  it('sees a line as it is shown, without the colours in the midst of a word', async () => {
    await say(1, { texts: ['\u001b[31mfat\u001b[1mal\u001b[0m error'] })
    expect((await search({ text: 'fatal error' })).lines).toHaveLength(1)
    expect((await search({ text: '[31m' })).lines).toHaveLength(0)
  })

  it('is of one stream, one output, one host or one time', async () => {
    const other = placed.runnerId
    await say(500, { texts: ['old'] })
    await say(40, { texts: ['from web'], level: 'error' })
    await say(30, { texts: ['from worker'], stream: worker(), level: 'out' })
    await say(20, { texts: ['from another host'], hostId: other })
    expect(textsOf(await search({ streams: [worker()] }))).toEqual(['from worker'])
    expect(textsOf(await search({ level: 'error' }))).toEqual(['from web'])
    expect(textsOf(await search({ hostId: other }))).toEqual(['from another host'])
    expect(textsOf(await search({ from: secondsAgo(35), until: secondsAgo(25) }))).toEqual(['from worker'])
    expect(textsOf(await search({ until: secondsAgo(45) }))).toEqual(['old'])
  })

  it('finds a line that is younger than the beginning of its chunk', async () => {
    const { organisationId, hostId } = placed
    const lines = [
      { at: secondsAgo(10).toISOString(), text: 'before' },
      { at: secondsAgo(5).toISOString(), text: 'after' },
    ]
    const chunk = { organisationId, hostId, stream: web(), source: 's', sequence: 9, lines }
    await here((tx) => storeLogs(tx, chunk, clock))
    expect(textsOf(await search({ from: secondsAgo(7) }))).toEqual(['after'])
  })

  it('goes back page by page without a gap or a line twice, over days and streams', async () => {
    const texts: string[] = []
    for (let seconds = 60; seconds > 0; seconds--) {
      const chunk = Array.from({ length: 25 }, (_, index) => `${seconds} ${index}`)
      texts.push(...chunk)
      // Chunks of two streams in the same millisecond, on both sides of midnight.
      await say(Math.ceil(seconds / 2), { texts: chunk, stream: seconds % 2 ? web() : worker() })
    }
    const pages: string[][] = []
    let before: string | undefined
    do {
      const page = await search({ before })
      pages.unshift(textsOf(page))
      before = page.next?.before
    } while (before !== undefined)
    expect(pages.flat()).toEqual(texts)
    expect(pages.length).toBeGreaterThan(5)
  })

  it('stops after so many lines, says where, and finds the rest when it goes on', async () => {
    await say(500, { texts: ['the needle'] })
    const filler = Array.from({ length: 1000 }, () => 'hay')
    for (let seconds = 55; seconds > 0; seconds--) await say(seconds, { texts: filler })
    const first = await search({ text: 'needle' })
    expect(first.lines).toEqual([])
    expect(first.linesRead).toBeGreaterThanOrEqual(50_000)
    expect(first.linesRead).toBeLessThan(52_000)
    const second = await search({ text: 'needle', before: first.next?.before })
    expect(textsOf(second)).toEqual(['the needle'])
    expect(second.next).toBeNull()
  })

  it('sees nothing of another organisation, whatever it names', async () => {
    await say(1, { texts: ['ours'] })
    const streams = [web()]
    const { organisationId } = placed
    placed = await addHost(t.db, clock)
    expect((await search({ streams })).lines).toEqual([])
    expect((await here((tx) => searchLogs(tx, { organisationId, streams }))).lines).toEqual([])
    expect((await search({ streams: [serviceStream(newId('environment'), 'web')] })).next).toBeNull()
  })
})

import { asId } from '@slipway/core'
import { expect, test } from 'vitest'
import { everything, makeLive } from './live.ts'

const one = asId('organisation', 'org_0001')
const other = asId('organisation', 'org_0002')
const longest = 60_000

test('a reader hears first that anything may have changed, then each topic of its own organisation once', async () => {
  const live = makeLive()
  const changes = live.changes(one, new AbortController().signal, longest)
  expect((await changes.next()).value).toBe(everything)
  live.tell(other, 'bill')
  live.tell(one, 'apps')
  live.tell(one, 'apps')
  live.tell(one, 'bill')
  expect((await changes.next()).value).toBe('apps')
  expect((await changes.next()).value).toBe('bill')
  await changes.return(undefined)
})

test('a reader that is slow is told to fetch all again instead of every topic', async () => {
  const live = makeLive()
  const changes = live.changes(one, new AbortController().signal, longest)
  await changes.next()
  for (let n = 0; n < 1000; n++) live.tell(one, `execution:${n}`)
  expect((await changes.next()).value).toBe(everything)
  const waiting = changes.next()
  live.tellAll('bill')
  expect((await waiting).value).toBe('bill')
  await changes.return(undefined)
})

test('a reader that has gone ends, also while it waits', async () => {
  const live = makeLive()
  const gone = new AbortController()
  const changes = live.changes(one, gone.signal, longest)
  await changes.next()
  const waiting = changes.next()
  gone.abort()
  expect((await waiting).done).toBe(true)
})

test('without news a reader is woken to look whether it may go on', async () => {
  const changes = makeLive().changes(one, new AbortController().signal, 1)
  await changes.next()
  expect(await changes.next()).toEqual({ done: false, value: undefined })
  await changes.return(undefined)
})

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { emptyTally, type Tally } from '../gate/route.ts'
import { TrafficHistory } from './traffic-history.ts'

let counted: Tally
let isGateThere: boolean
let history: TrafficHistory
beforeEach(() => {
  vi.useFakeTimers()
  counted = emptyTally('svc_web')
  isGateThere = true
  history = new TrafficHistory({
    totals: async () => {
      if (!isGateThere) throw new Error('no gate')
      return [structuredClone(counted)]
    },
  })
  history.begin()
})
afterEach(() => {
  history.end()
  vi.useRealTimers()
})

function answer(requests: number, errors = 0): void {
  counted = { ...counted, requests: counted.requests + requests, errors: counted.errors + errors }
}
const read = async () => (await history.read()).get('svc_web')
const quarterMinute = () => vi.advanceTimersByTimeAsync(15_000)

it('knows what came since the cut, and not what came before', async () => {
  answer(100, 100)
  await history.cut()
  answer(10, 1)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await read()).toMatchObject({ seconds: 2, requests: 10, faults: 1 })
})

it('goes back ten minutes and no further', async () => {
  await history.cut()
  answer(1000)
  for (let each = 0; each < 41; each++) await quarterMinute()
  answer(10)
  expect(await read()).toMatchObject({ seconds: 600, requests: 10 })
})

it.each([
  ['without a pause', 10, true],
  ['with a pause', 5, false],
])('says whether requests came %s in every quarter of a minute', async (_, pauseAfter, isSteady) => {
  await history.cut()
  for (let each = 0; each < 10; each++) {
    if (each !== pauseAfter) answer(1)
    await quarterMinute()
  }
  expect(await read()).toMatchObject({ isSteady })
})

it('does not call a minute steady: it is too short to tell', async () => {
  await history.cut()
  for (let each = 0; each < 4; each++) {
    answer(10)
    await quarterMinute()
  }
  expect(await read()).toMatchObject({ isSteady: false })
})

it('knows nothing of a gate that is away, and begins anew with one that counts from nothing', async () => {
  answer(100)
  await history.cut()
  isGateThere = false
  expect(await read()).toBeUndefined()
  isGateThere = true
  counted = emptyTally('svc_web')
  expect(await read()).toBeUndefined()
  await quarterMinute()
  answer(7)
  expect(await read()).toMatchObject({ requests: 7 })
})

import { newId } from '@slipway/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { handOverLease, leaseHolder, releaseLease, takeLease } from './lease.ts'
import { testDatabase } from './testing.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
const ours = newId('organisation')
beforeAll(async () => {
  t = await testDatabase()
  const data = { id: ours, slug: 'ours', name: 'Ours', createdAt: new Date() }
  await t.db.inSystem('create an organisation', (tx) => tx.organisation.create({ data }))
})
afterAll(() => t.close())

const take = (name: string, holder: string, seconds = 60) =>
  t.db.inOrganisation(ours, (tx) => takeLease(tx, ours, name, holder, seconds))

describe('a lease', () => {
  it('has one holder at a time, also when many ask at once', async () => {
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => take('one', holder)))
    expect(answers.filter(Boolean)).toHaveLength(1)
  })

  it('is renewed by its holder with the same fence', async () => {
    const first = await take('two', 'a')
    expect((await take('two', 'a'))?.fence).toBe(first?.fence)
  })

  it('gives the next holder a greater fence, after release and after expiry', async () => {
    const first = await take('three', 'a')
    await t.db.inOrganisation(ours, (tx) => releaseLease(tx, ours, 'three', 'a'))
    const second = await take('three', 'b', -1)
    const third = await take('three', 'c')
    expect(first?.fence).toBe(1n)
    expect(second?.fence).toBe(2n)
    expect(third?.fence).toBe(3n)
    expect(await t.db.inOrganisation(ours, (tx) => leaseHolder(tx, ours, 'three'))).toMatchObject({
      holder: 'c',
    })
  })

  it('is handed from its holder to the next, and from nobody else', async () => {
    const first = await take('five', 'a')
    const hand = (from: string, to: string) =>
      t.db.inOrganisation(ours, (tx) => handOverLease(tx, ours, 'five', { from, to }, 60))
    expect(await hand('b', 'c')).toBeUndefined()
    const second = await hand('a', 'b')
    expect(second).toMatchObject({ holder: 'b', fence: (first?.fence ?? 0n) + 1n })
    expect(await hand('a', 'c')).toBeUndefined()
    expect(await take('five', 'a')).toBeUndefined()
    expect((await take('five', 'b'))?.fence).toBe(second?.fence)
  })

  it('is not released by another', async () => {
    await take('four', 'a')
    await t.db.inOrganisation(ours, (tx) => releaseLease(tx, ours, 'four', 'b'))
    expect(await take('four', 'b')).toBeUndefined()
  })
})

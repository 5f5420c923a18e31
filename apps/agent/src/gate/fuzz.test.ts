import { expect, test } from 'vitest'
import { fuzz } from './fuzz.ts'

test('whatever is made of a request, reading it ends, and what goes to the app is one request to the app too', async () => {
  const seen = await fuzz(20_000, 1)
  expect(seen.accepted).toBeGreaterThan(2000)
  expect(seen.refused).toBeGreaterThan(2000)
  expect(seen.compared).toBeGreaterThan(1000)
})

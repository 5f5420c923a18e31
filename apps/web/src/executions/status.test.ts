import { expect, test } from 'vitest'
import { waitWords } from './status.ts'

test.each([
  ['Approval by owners', 'Waits for an approval by owners'],
  ['Bake of 30 minutes and 1,000 requests', 'Waits for a bake of 30 minutes and 1,000 requests'],
  ['Window Mon–Thu 09:00–16:00, Fri 09:00–12:00 Europe/London', 'Waits for a window Mon–Thu 09:00–16:00'],
  ['The stage production, which another execution holds', 'Waits for the stage production'],
  ['Somebody to press Deploy', 'Waits for somebody to press Deploy'],
  ['npm run e2e', 'Waits for npm run e2e'],
])('%s', (waitsFor, words) => {
  expect(waitWords(waitsFor)).toBe(words)
})

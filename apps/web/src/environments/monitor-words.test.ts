import { expect, test } from 'vitest'
import { type MonitorListed, monitorFigure, monitorLimit, monitorLook } from './monitor-words.ts'

const monitor = (differs: Partial<MonitorListed>): MonitorListed => ({
  monitor: 'faults',
  of: 'web',
  state: 'fine',
  word: null,
  figure: null,
  limit: null,
  since: null,
  readAt: null,
  ...differs,
})

test.each<[Partial<MonitorListed>, string | null, string]>([
  [{ monitor: 'faults', figure: 0.0123, limit: 0.0346 }, '1.23 % fail', '3.46 % or more'],
  [{ monitor: 'latency', figure: 8.25, limit: 208.25 }, '8.3 ms', '208 ms or more'],
  [{ monitor: 'latency' }, null, 'too few before to compare'],
  [{ monitor: 'requests', figure: 1234.5, limit: 10 }, '1,235 a minute', 'none for 10 s'],
  [{ monitor: 'requests', figure: 0 }, '0 a minute', 'come with pauses'],
  [{ monitor: 'disk', figure: 0.4, limit: 0.03 }, '40 % free', 'under 3 %'],
  [{ monitor: 'alarm', word: 'OK' }, null, 'two failed minutes'],
])('%o is written with its unit', (differs, figure, limit) => {
  expect(monitorFigure(monitor(differs))).toBe(figure)
  expect(monitorLimit(monitor(differs))).toBe(limit)
})

test.each<[Partial<MonitorListed>, string]>([
  [{ state: 'inconclusive' }, 'Not known'],
  [{ monitor: 'health', word: 'crashed', state: 'red' }, 'Crashed'],
  [{ monitor: 'alarm', word: 'INSUFFICIENT_DATA', state: 'inconclusive' }, 'No data yet'],
  [{ monitor: 'alarm', state: 'inconclusive' }, 'Not read yet'],
])('%o is told in a word', (differs, word) => {
  expect(monitorLook(monitor(differs)).word).toBe(word)
})

import { expect, test } from 'vitest'
import {
  absoluteTime,
  formatBytes,
  formatDuration,
  formatMinutes,
  logTime,
  monthName,
  relativeTime,
} from './format-time.ts'

const now = new Date('2026-11-24T14:30:05.218Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000)

test.each([
  [0, 'now'],
  [4, 'now'],
  [59, '59 s ago'],
  [60, '1 min ago'],
  [3599, '59 min ago'],
  [7200, '2 h ago'],
  [86_400, '1 day ago'],
  [14 * 86_400, '14 days ago'],
  [15 * 86_400, '9 Nov'],
  [400 * 86_400, '20 Oct 2025'],
  [-90, 'in 1 min'],
])('%s seconds before now is “%s”', (seconds, words) => {
  expect(relativeTime(ago(seconds), now)).toBe(words)
})

test('exact times are UTC and say so', () => {
  expect(absoluteTime(now)).toBe('24 Nov 2026, 14:30:05 UTC')
  expect(logTime(now)).toBe('14:30:05.218')
})

test.each([
  [420, '0.4 s'],
  [9_990, '9.9 s'],
  [41_900, '41 s'],
  [124_000, '2:04'],
  [3_729_000, '1:02:09'],
])('%s milliseconds last %s', (milliseconds, words) => {
  expect(formatDuration(milliseconds)).toBe(words)
})

test.each([
  [0, '0 min'],
  [59, '59 min'],
  [60, '1 h'],
  [33_990, '566 h 30 min'],
  [350_941, '5,849 h 1 min'],
])('%s awake minutes are %s', (minutes, words) => {
  expect(formatMinutes(minutes)).toBe(words)
})

test.each([
  [999, '999 B'],
  [18_400_000, '18.4 MB'],
  [999_999, '1.0 MB'],
  [412_000, '412 kB'],
])('%s bytes are %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words)
})

test('a month has its name', () => {
  expect(monthName('2026-11')).toBe('November 2026')
})

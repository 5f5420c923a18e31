import { expect, test } from 'vitest'
import type { Seen } from '../../bake/decide/look.ts'
import { judgeEntry } from './judge-entry.ts'

const since = '2026-11-26T10:04:00.000Z'
const seen = (is: Seen['is'], more: Partial<Seen> = {}): Seen => ({
  is,
  of: since,
  since,
  words: '512 ms in eu-west-1',
  reds: [],
  ...more,
})
const p99 = (of: Seen | undefined) => ({ words: 'p99 < 300 ms', seen: of })

test.each([
  ['no monitor', [], { is: 'open' }],
  ['all fine', [p99(seen('fine')), p99(seen('fine'))], { is: 'open' }],
  [
    'one that is red at a single look',
    [p99(seen('red')), p99(seen('fine'))],
    { is: 'shut', words: 'p99 < 300 ms is red since 26 Nov 10:04 UTC: 512 ms in eu-west-1' },
  ],
  [
    'one that does not know, and one that was not looked at',
    [p99(seen('inconclusive', { words: 'no figures from eu-west-1' })), p99(undefined)],
    {
      is: 'shut',
      words:
        'p99 < 300 ms is inconclusive since 26 Nov 10:04 UTC: no figures from eu-west-1; p99 < 300 ms: not looked at yet',
    },
  ],
  [
    'one that an earlier version looked at',
    [p99(seen('red', { since: undefined }))],
    { is: 'shut', words: 'p99 < 300 ms is red: 512 ms in eu-west-1' },
  ],
])('%s', (_, monitors, judged) => {
  expect(judgeEntry(monitors)).toEqual(judged)
})

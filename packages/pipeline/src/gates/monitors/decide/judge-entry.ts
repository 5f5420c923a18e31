import type { Seen } from '../../bake/decide/look.ts'

export type EntryJudged = { is: 'open' } | { is: 'shut'; words: string }

/** Open where every monitor is fine at its last look. Words name each that is not, since when, and what it says. */
export function judgeEntry(monitors: readonly { words: string; seen: Seen | undefined }[]): EntryJudged {
  const shut = monitors.filter(({ seen }) => seen?.is !== 'fine')
  return shut.length === 0 ? { is: 'open' } : { is: 'shut', words: shut.map(wordsOf).join('; ') }
}

function wordsOf({ words, seen }: { words: string; seen: Seen | undefined }): string {
  if (seen === undefined) return `${words}: not looked at yet`
  const since = seen.since === undefined ? '' : ` since ${momentOf(seen.since)}`
  return `${words} is ${seen.is}${since}: ${seen.words}`
}

/** “26 Nov 10:04 UTC”: it may have been so for days. */
function momentOf(iso: string): string {
  const at = new Date(iso)
  const day = at.toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' })
  return `${day} ${at.toISOString().slice(11, 16)} UTC`
}

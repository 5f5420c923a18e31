import type { AnsiSpan } from './ansi.ts'

export type MarkedSpan = AnsiSpan & { isMatch: boolean }

/** Cuts spans so that every place where `text` stands, in upper or lower case alike, is a span of its own, also across colours. */
export function highlight(spans: AnsiSpan[], text: string): MarkedSpan[] {
  const whole = spans.map((span) => span.text).join('')
  const matches = text === '' ? [] : [...whole.matchAll(new RegExp(escaped(text), 'giu'))]
  const edges = matches.flatMap(({ index, 0: found }) => [index, index + found.length])
  let start = 0
  return spans.flatMap((span) => {
    const end = start + span.text.length
    const cuts = [...new Set([start, ...edges.filter((edge) => edge > start && edge < end), end])]
    const pieces = cuts.slice(0, -1).map((from, index) => ({
      ...span,
      text: whole.slice(from, cuts[index + 1]),
      isMatch: edges.filter((edge) => edge <= from).length % 2 === 1,
    }))
    start = end
    return pieces
  })
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

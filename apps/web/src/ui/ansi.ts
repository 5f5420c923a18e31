/** One run of text of a log line, with how the program asked for it to look. */
export type AnsiSpan = { text: string; tone: AnsiTone | null; isBold: boolean; isDim: boolean }
type AnsiTone = 'red' | 'green' | 'yellow' | 'blue' | 'cyan' | 'magenta'

// 30–37 and 90–97 without black and white, which are the page's own ink.
const tones: Record<number, AnsiTone> = {
  1: 'red',
  2: 'green',
  3: 'yellow',
  4: 'blue',
  5: 'magenta',
  6: 'cyan',
}

/**
 * Cuts a line into spans. Only colours and weight are understood (SGR); every other escape (cursor, title,
 * link) and control character is dropped. The result is data, never markup. After a carriage return only
 * what follows counts, as on a terminal: progress bars end as their last state.
 */
export function parseAnsi(line: string): AnsiSpan[] {
  const shown = line.replace(/\r+$/, '')
  const lastReturn = shown.lastIndexOf('\r')
  const source = lastReturn === -1 ? shown : shown.slice(lastReturn + 1)
  const spans: AnsiSpan[] = []
  let look: Omit<AnsiSpan, 'text'> = { tone: null, isBold: false, isDim: false }
  let from = 0
  for (const match of source.matchAll(escapes)) {
    add(source.slice(from, match.index))
    from = match.index + match[0].length
    if (match[1] !== undefined) look = applyCodes(look, match[1])
  }
  add(source.slice(from))
  return spans

  function add(raw: string) {
    const text = raw.replace(controls, '')
    if (text !== '') spans.push({ text, ...look })
  }
}

// CSI … m with its codes captured; any other CSI; OSC to its end; a two-character escape.
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are control characters
  /\u001b\[([0-9;]*)m|\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: all but the tab are taken out
const controls = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g

function applyCodes(look: Omit<AnsiSpan, 'text'>, codes: string): Omit<AnsiSpan, 'text'> {
  let next = look
  const list = codes === '' ? [0] : codes.split(';').map(Number)
  for (let at = 0; at < list.length; at++) {
    const code = list[at] ?? 0
    if (code === 0) next = { tone: null, isBold: false, isDim: false }
    else if (code === 1) next = { ...next, isBold: true }
    else if (code === 2) next = { ...next, isDim: true }
    else if (code === 22) next = { ...next, isBold: false, isDim: false }
    else if (code === 39) next = { ...next, tone: null }
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97))
      next = { ...next, tone: tones[code % 10] ?? null }
    // 256 colours and true colour carry arguments, which are not codes of their own.
    else if (code === 38 || code === 48) at += list[at + 1] === 5 ? 2 : 4
  }
  return next
}

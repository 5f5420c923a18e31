/** Values shorter than this are words of a language; cutting them out of every line would ruin the log. */
const valueLengthMin = 6

/**
 * Cuts secrets out of what leaves the host: each value as it is, URL-encoded and in base 64. Give all the
 * values that must never be read; the name stands in their place.
 */
export function redactor(secrets: Iterable<[name: string, value: string]>): (text: string) => string {
  const forms: Array<[string, string]> = []
  for (const [name, value] of secrets) {
    if (value.length < valueLengthMin) continue
    const label = `[${name}]`
    const all = new Set([
      value,
      encodeURIComponent(value),
      Buffer.from(value).toString('base64'),
      ...value.split('\n').filter((line) => line.length >= 16),
    ])
    for (const form of all) forms.push([form, label])
  }
  // Longer ones first: a secret may be part of another.
  forms.sort((a, b) => b[0].length - a[0].length)
  return (text) =>
    forms.reduce((line, [form, label]) => (line.includes(form) ? line.replaceAll(form, label) : line), text)
}

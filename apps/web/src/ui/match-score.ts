/**
 * How well an entry answers what was typed: 0 leaves it out. Every word must be in its label or detail; names that
 * begin so come first. Looser matching brings up what nobody meant, and Enter then goes there.
 */
export function matchScore(_value: string, typed: string, keywords: string[] = []): number {
  const [label = '', detail = ''] = keywords.map((word) => word.toLowerCase())
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (!words.every((word) => label.includes(word) || detail.includes(word))) return 0
  const first = words[0] ?? ''
  if (label.startsWith(first)) return 1
  return label.includes(first) ? 0.6 : 0.3
}

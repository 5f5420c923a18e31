import semver from 'semver'

/**
 * What composer.json, .php-version or the like asks for, as npm writes ranges; null when it is no range. One version
 * means any of its line, since a Linux has a line in one version only: where composer.json is stricter, composer says so.
 * https://getcomposer.org/doc/articles/versions.md
 */
export function phpRange(range: string): string | null {
  const alternatives = range.split(/\|\|?/).map((alternative) => {
    const text = alternative.trim().replace(/([<>=~^])\s+/g, '$1')
    if (/^[\d.]+ - [\d.]+$/.test(text)) return text
    const parts = text.split(/[\s,]+/).map(npmPart)
    return parts.includes(null) ? null : parts.join(' ')
  })
  return semver.validRange(alternatives.includes(null) ? null : alternatives.join(' || '))
}

function npmPart(part: string): string | null {
  const [, operator = '', version = ''] =
    /^(\^|~|>=|<=|>|<|=)?(\d+(?:\.\d+){0,2}(?:\.\*)?|\*)$/.exec(part) ?? []
  if (version === '') return null
  const numbers = version.split('.')
  // `~8.2` lets the last number that it names grow: any 8 from 8.2 on.
  if (operator === '~') return numbers.length === 3 ? part : `^${version}`
  if (operator === '' || operator === '=')
    return numbers.length === 3 ? `~${numbers[0]}.${numbers[1]}` : version
  return part
}

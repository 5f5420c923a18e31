import semver from 'semver'

/**
 * What a Gemfile, .ruby-version or the like asks for, as npm writes ranges; null when it is no range. One version
 * means any of its line, since a Linux has a line in one version only: where the Gemfile is stricter, bundler says so.
 * https://guides.rubygems.org/patterns/#pessimistic-version-constraint
 */
export function rubyRange(range: string): string | null {
  const parts = range.split(',').map((part) => npmPart(part.trim()))
  return semver.validRange(parts.includes(null) ? null : parts.join(' '))
}

function npmPart(part: string): string | null {
  const [, operator = '', version = ''] = /^(~>|>=|<=|>|<|=)?\s*(\d+(?:\.\d+){0,2})$/.exec(part) ?? []
  if (version === '') return null
  switch (operator) {
    case '~>':
      // `~> 3.3` lets the last number that it names grow: any 3 from 3.3 on.
      return version.split('.').length === 3 ? `~${version}` : `^${version}`
    case '':
    case '=':
      return version.split('.').length === 1 ? `^${version}` : `~${version.split('.').slice(0, 2).join('.')}`
    default:
      return `${operator}${version}`
  }
}

import { UserError } from '@slipway/core'

/** Short enough that a public name of app and service fits a DNS label (63 characters). */
const appNameLengthMax = 30

/** DNS labels hold 63 characters at most (RFC 1035, 2.3.4). */
const labelLengthMax = 63

/**
 * Checks the name of an app: it becomes part of host names, stack names and the git remote. Throws
 * `app-name-invalid`, which says what is wrong with this very name.
 */
export function checkAppName(name: string): void {
  const problem = appNameProblem(name)
  if (problem === undefined) return
  throw new UserError({
    code: 'app-name-invalid',
    kind: 'invalid',
    what: `“${name.slice(0, 60)}” cannot be the name of an app.`,
    why: `${problem} The name becomes part of host names and of the git remote.`,
    todo: 'Use lower-case letters, digits and single hyphens, such as “shop” or “partner-api”.',
  })
}

function appNameProblem(name: string): string | undefined {
  if (name.length < 2) return 'It needs at least two characters.'
  if (name.length > appNameLengthMax)
    return `It has ${name.length} characters, ${appNameLengthMax} are allowed.`
  if (!/^[a-z]/.test(name)) return 'It has to begin with a lower-case letter.'
  if (!/^[a-z0-9-]+$/.test(name))
    return 'It holds a character that is not a lower-case letter, digit or hyphen.'
  if (name.endsWith('-')) return 'It ends with a hyphen.'
  if (name.includes('--')) return 'It has two hyphens in a row.'
  return undefined
}

/** `<service>-<app>-<six random>`; a long service's name is cut, the app's never. `random` is six of [a-z0-9]. */
export function publicNameOf(service: string, app: string, random: string): string {
  const room = labelLengthMax - app.length - random.length - 2
  const head = service.slice(0, room).replace(/-+$/, '')
  return `${head}-${app}-${random}`
}

/** What Slipway itself gives every process; a variable of that name would be overwritten. */
const reservedNames = new Set(['PORT', 'HOME', 'PATH', 'PWD', 'USER', 'SHELL'])
const reservedPrefixes = ['SLIPWAY_', 'AWS_EC2_METADATA_']

const variableValueBytesMax = 4096
export const variablesMax = 200

/** Throws `variable-name-invalid` or `variable-name-reserved`. */
export function checkVariableName(name: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) {
    throw new UserError({
      code: 'variable-name-invalid',
      kind: 'invalid',
      what: `“${name.slice(0, 60)}” cannot be the name of a variable.`,
      why: 'Names hold letters, digits and underscores, and do not begin with a digit; 128 characters at most.',
      todo: 'Choose a name such as LOG_LEVEL.',
    })
  }
  if (!reservedNames.has(name) && !reservedPrefixes.some((prefix) => name.startsWith(prefix))) return
  throw new UserError({
    code: 'variable-name-reserved',
    kind: 'invalid',
    what: `${name} is set by Slipway for every process.`,
    why: 'A value of yours would be overwritten on the host.',
    todo: 'Choose another name.',
  })
}

/** Throws `variable-value-too-large` above 4 KiB (a standard parameter of AWS holds no more) and for a NUL byte. */
export function checkVariableValue(name: string, value: string): void {
  const bytes = new TextEncoder().encode(value).length
  if (bytes <= variableValueBytesMax && !value.includes('\0')) return
  throw new UserError({
    code: 'variable-value-too-large',
    kind: 'invalid',
    what: value.includes('\0')
      ? `The value of ${name} holds a zero byte, which no environment variable can.`
      : `The value of ${name} has ${bytes.toLocaleString('en-US')} bytes; ${variableValueBytesMax.toLocaleString('en-US')} are possible.`,
    todo: 'Put large or binary content into a file of the repository or a bucket, and its place into the variable.',
  })
}

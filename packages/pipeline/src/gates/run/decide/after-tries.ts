import type { UserErrorFields } from '@slipway/core'

/** The runner went away or lost its way to us: nothing that the command did, so that one more try needs no asking. */
const notItsFault = [
  'host-did-not-answer',
  'host-failed',
  'command-expired',
  'build-no-source',
  'step-interrupted',
]
/** Would end in the same way each time, or somebody wanted it so. */
const final = ['command-cancelled', 'command-unknown', 'step-artifacts-gone']

/**
 * What follows from the failed tries of a command, oldest first: another, or none. `retries` are those that the
 * manifest declares; beside them a runner that went away is forgiven once.
 */
export function afterTries(failures: readonly UserErrorFields[], retries: number): 'again' | 'failed' {
  const codes = failures.map(({ code }) => code)
  if (codes.some((code) => final.includes(code))) return 'failed'
  const own = codes.filter((code) => !notItsFault.includes(code)).length
  const lost = codes.length - own
  return own <= retries && lost <= 1 ? 'again' : 'failed'
}

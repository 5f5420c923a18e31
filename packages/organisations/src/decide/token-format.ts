import { createHash } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const secretLength = 32
const checksumLength = 6
const shape = new RegExp(`^slw_([${alphabet}]{${secretLength}})([${alphabet}]{${checksumLength}})$`)

/**
 * The token that these random bytes make: `slw_`, 32 letters (190 bits) and a checksum of 6 letters, so that
 * a scanner for leaked secrets knows a real one, and a mistyped one is refused without asking the database.
 * Needs 32 bytes or more; bytes over 247 are passed over so that every letter is equally likely, and
 * RangeError is thrown when too few are left.
 */
export function tokenFrom(random: Uint8Array): string {
  let secret = ''
  for (const byte of random) {
    if (secret.length === secretLength) break
    if (byte < 248) secret += alphabet[byte % 62] ?? ''
  }
  if (secret.length < secretLength) throw new RangeError('too few random bytes for a token')
  return `slw_${secret}${checksum(secret)}`
}

/** Whether the text has a token's form and its checksum agrees; says nothing about whether it is known. */
export function isToken(text: string): boolean {
  const [, secret, sum] = shape.exec(text) ?? []
  return secret !== undefined && sum === checksum(secret)
}

/**
 * What is kept in place of the token. A plain SHA-256 is enough because the secret has 190 random bits: there
 * is nothing to guess, and a look-up by digest leaks nothing by its time.
 */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function checksum(secret: string): string {
  let number = createHash('sha256').update(secret).digest().readUIntBE(0, 6)
  let text = ''
  for (let i = 0; i < checksumLength; i++) {
    text += alphabet[number % 62] ?? ''
    number = Math.floor(number / 62)
  }
  return text
}

/**
 * The signal flags' charges on a field of 18 × 12, as path data in ink. Order is part of what a reader
 * remembers: a revision's flag must not change, so entries are never moved or removed.
 */
export const flagPatterns = [
  'M0 0h9v12H0z',
  'M0 0h18v6H0z',
  'M0 0v12h18z',
  'M7 0h4v12H7zM0 4h18v4H0z',
  'M0 0h3.4L18 9.7V12h-3.4L0 2.3zM14.6 0H18v2.3L3.4 12H0V9.7z',
  'M0 0h9v6H0zM9 6h9v6H9z',
  'M5 3.2h8v5.6H5z',
  'M0 0h18v12H0zM5 3.2v5.6h8V3.2z',
  'M0 4h18v4H0z',
  'M6 0h6v12H6z',
  'M9 2.4a3.6 3.6 0 1 0 0 7.2a3.6 3.6 0 1 0 0-7.2z',
  'M0 0 12 6 0 12z',
  'M0 0h18v2.4H0zM0 4.8h18v2.4H0zM0 9.6h18V12H0z',
  'M0 6 6 0h5L0 11zM18 1 7 12h5l6-6z',
] as const

/**
 * Which flag a revision flies: a hash of its sha modulo 14. It helps the eye follow a revision; two may share
 * a flag, so the sha always stands beside it. Only the first seven characters count, so that a short and a
 * full sha fly the same.
 */
export function flagOf(sha: string): number {
  let hash = 0x811c9dc5
  for (const character of sha.slice(0, 7)) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % flagPatterns.length
}

const waitsSeconds = [10, 30, 60, 120] as const
const waitSecondsMax = 300

/** How long after so many tries, from 1, an address that did not take what was sent is tried again, in seconds. */
export function againAfterSeconds(tries: number): number {
  return waitsSeconds[tries - 1] ?? waitSecondsMax
}

import { createHash } from 'node:crypto'
import { maskText } from './decide/mask.ts'
import type { AwakeHour } from './decide/price.ts'

/**
 * The awake minutes as lines `service,hour,mask`, sorted by service and hour: what can be downloaded, and what
 * the digest on an invoice is made of. An hour is `2026-11-01T00:00Z`, a mask 15 hexadecimal digits whose bit n
 * is minute n.
 */
export function minuteLines(awake: AwakeHour[]): string[] {
  return awake
    .filter(({ mask }) => mask !== 0n)
    .map(({ serviceId, hour, mask }) => `${serviceId},${hour.toISOString().slice(0, 16)}Z,${maskText(mask)}`)
    .toSorted((a, b) => (a < b ? -1 : 1))
}

/** SHA-256, in hexadecimal, over the lines, each ended by a line feed. */
export function digestOf(awake: AwakeHour[]): string {
  return createHash('sha256')
    .update(
      minuteLines(awake)
        .map((line) => `${line}\n`)
        .join(''),
    )
    .digest('hex')
}

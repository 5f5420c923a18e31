import { createHash } from 'node:crypto'
import { type Awake, hoursOf } from './decide/awake.ts'
import { maskText } from './decide/mask.ts'

/**
 * The awake minutes as lines `service,hour,mask`, sorted by service and hour: what can be downloaded, and what
 * the digest on an invoice is made of. An hour is `2026-11-01T00:00Z`, a mask 15 hexadecimal digits whose bit n
 * is minute n.
 */
export function minuteLines(awake: Awake): string[] {
  return hoursOf(awake)
    .map(({ serviceId, hour, mask }) => `${serviceId},${hour.toISOString().slice(0, 16)}Z,${maskText(mask)}`)
    .toSorted((a, b) => (a < b ? -1 : 1))
}

/** SHA-256, in hexadecimal, over the lines, each ended by a line feed. */
export function digestOf(awake: Awake): string {
  return createHash('sha256')
    .update(
      minuteLines(awake)
        .map((line) => `${line}\n`)
        .join(''),
    )
    .digest('hex')
}

import { z } from 'zod'
import { storedError } from '../../account.ts'
import type { Memory } from '../target.ts'

const batch = z.object({
  hostIds: z.array(z.string()),
  /** draining: no visitor is sent there any more; switching: told the release; joining: until the load balancer finds them ready. */
  phase: z.enum(['draining', 'switching', 'joining']),
  since: z.iso.datetime(),
  /** Whether they were taken out of the load balancer: the only host of a cluster is not. */
  isOut: z.boolean(),
  /** Whether they are brought what they served before. */
  isBack: z.boolean(),
  /** By host, what it was told. */
  commands: z.record(z.string(), z.string()),
  /** Those that have what was to be brought there. */
  reached: z.array(z.string()),
})
export type Batch = z.infer<typeof batch>

const roll = z.object({
  /** Hosts that this deployment has brought its release to. */
  done: z.array(z.string()),
  batch: batch.nullable(),
  /** The release command was given to a host. */
  isReleased: z.boolean(),
  /** Why the hosts that are done go back. */
  red: storedError.nullable(),
})
/** How far a release has come over the hosts. */
export type Roll = z.infer<typeof roll>

export function readRoll({ roll: text }: Memory): Roll {
  return text === undefined
    ? { done: [], batch: null, isReleased: false, red: null }
    : roll.parse(JSON.parse(text))
}

export function writeRoll(value: Roll): Memory {
  return { roll: JSON.stringify(value) }
}

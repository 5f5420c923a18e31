import { type Id, type IdKind, isId } from '@slipway/core'
import { z } from 'zod'

/** A schema of one kind of id: what comes out is branded, so that no cast is needed behind the edge. */
export function idOf<K extends IdKind>(kind: K) {
  return z.custom<Id<K>>((value) => typeof value === 'string' && isId(kind, value), {
    error: `not an id of ${kind}`,
  })
}

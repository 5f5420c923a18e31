import { asId, type Id, type IdKind, isId } from '@slipway/core'
import { z } from 'zod'

/** An id of this kind; whether there is such a thing is the package's to say. */
export function idOf<K extends IdKind>(kind: K) {
  return z
    .string()
    .refine((value) => isId(kind, value), 'is not an id of this kind')
    .transform((value): Id<K> => asId(kind, value))
}

/** What an app, an environment or a branch is called by; the package says which names there can be. */
export const name = z.string().min(1).max(200)

/** An environment of an app. */
export const place = z.object({ app: name, environment: name })

/** A UTC month such as `2026-11`. */
export const month = z.string().regex(/^\d{4}-\d{2}$/)

/** What executions and releases count by. */
export const number = z.number().int().min(1).max(2_147_483_647)

/** The older page of a list: what its `next` said. */
export const before = number.optional()

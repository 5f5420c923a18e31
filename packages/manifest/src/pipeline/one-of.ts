import type { z } from 'zod'
import { refuse } from '../values.ts'

/**
 * Checks that an entry is exactly one kind, each kind being a field, and that it has no field which only other
 * kinds have. `kinds` names the kinds with the further fields that each may have.
 */
export function isOneOf(kinds: Record<string, readonly string[]>) {
  const names = Object.keys(kinds)
  return (entry: object, context: z.RefinementCtx): void => {
    const [kind, ...others] = given(entry, names)
    if (kind === undefined) {
      refuse(context, { reason: `is none of ${names.join(', ')}` })
      return
    }
    for (const other of others) {
      refuse(context, { reason: `stands beside ${kind}: they are two entries, one after the other` }, [other])
    }
    const further = new Set(Object.values(kinds).flat())
    for (const field of given(entry, [...further])) {
      if (others.length > 0 || kinds[kind]?.includes(field)) continue
      const owners = names.filter((name) => kinds[name]?.includes(field))
      refuse(context, { reason: `stands beside ${kind}, and is a field of ${owners.join(' and ')} only` }, [
        field,
      ])
    }
  }
}

/** Which of these fields has a value, in their order. */
function given(entry: object, fields: readonly string[]): string[] {
  const names = Object.entries(entry).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  return fields.filter((field) => names.includes(field))
}

/**
 * A read model as it crosses the wire: times as ISO strings, money and other whole numbers beyond 2^53 as decimal
 * strings, ids as plain strings. One that consists of these already needs no copy.
 */
export type Wire<T> = T extends bigint | Date | { readonly __id: unknown }
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T

export function wire<T>(value: T): Wire<T>
export function wire(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(wire)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wire(item)]))
}

/** How long a body is: RFC 9112 §6.3. */
export type Framing =
  | { kind: 'none' }
  | { kind: 'length'; bytes: number }
  | { kind: 'chunked' }
  /** Only answers: it ends when the app closes the connection. */
  | { kind: 'until close' }

export const framing = {
  none: { kind: 'none' },
  chunked: { kind: 'chunked' },
  untilClose: { kind: 'until close' },
} as const satisfies Record<string, Framing>

/** A length is decimal digits and nothing else, and no more than a number can tell exactly. */
export function readLength(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

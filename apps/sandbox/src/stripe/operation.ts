import type { State } from './state.ts'

/** What an operation may see and do. It changes the state in place; the server saves and answers. */
export type Context = {
  state: State
  /** Seconds since 1970 by the product's clock. */
  now: number
  parameters: Record<string, string>
  /** The form or query, already checked against Stripe's document. */
  body: Record<string, unknown>
  /** Where the double itself is reached, for links in its answers. */
  url: string
  newId(prefix: string): string
  /** Writes an event that the webhook will be told. */
  tell(type: string, object: Record<string, unknown>): void
}

/** By the name that the document gives it, such as `POST /v1/invoices/{invoice}/finalize`. */
export type Operations = Record<string, (context: Context) => unknown>

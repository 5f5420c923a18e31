/** A request to one of the sandbox's own pages, read once. */
export type Asked = {
  method: string
  /** Without the `/sandbox` that stands before it at the front. */
  path: string
  query: URLSearchParams
  form: URLSearchParams
  /** Whether a program asks, which gets JSON where there is some. */
  wantsJson: boolean
}

/** What it is answered with. */
export type Answer = { status?: number } & ({ html: string } | { json: unknown } | { location: string })

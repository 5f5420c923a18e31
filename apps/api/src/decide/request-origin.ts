/** Where a request comes from, as far as a browser tells: our own pages, another site, or no browser at all. */
type RequestOrigin = 'ours' | 'foreign' | 'untold'

/** Browsers send Origin with every change and WebSocket, and Sec-Fetch-Site with everything over a trusted origin. */
function requestOrigin(headers: Headers, publicUrl: string): RequestOrigin {
  const origin = headers.get('origin')
  if (origin !== null) return origin === publicUrl ? 'ours' : 'foreign'
  const site = headers.get('sec-fetch-site')
  if (site === null || site === 'none') return 'untold'
  return site === 'same-origin' ? 'ours' : 'foreign'
}

/**
 * Whether to answer a request that changes something or opens a stream. Nothing from another site; and with a
 * cookie only what is known to come from us, because only browsers send cookies by themselves.
 */
export function isTrusted(headers: Headers, publicUrl: string): boolean {
  const origin = requestOrigin(headers, publicUrl)
  return origin === 'ours' || (origin === 'untold' && !headers.has('cookie'))
}

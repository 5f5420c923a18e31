/**
 * Whether the pages are served by `next dev`, which needs eval and a socket of its own. The dashboard has no
 * other configuration: it is a client of the api at its own origin.
 */
export const isDevelopment = process.env.NODE_ENV === 'development'

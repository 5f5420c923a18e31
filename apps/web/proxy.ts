import { type NextRequest, NextResponse } from 'next/server'
import { isDevelopment } from './src/config.ts'

/**
 * Gives every page its own nonce and a policy under which only scripts carrying it run. Next reads the nonce
 * from the request's policy and puts it on its own scripts. Styles may be inline: React writes style
 * attributes for widths that are data.
 */
export function proxy(request: NextRequest) {
  const nonce = btoa(crypto.randomUUID())
  const policy = contentSecurityPolicy(nonce)
  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  response.headers.set('x-content-type-options', 'nosniff')
  response.headers.set('referrer-policy', 'same-origin')
  response.headers.set('cross-origin-opener-policy', 'same-origin')
  response.headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=()')
  return response
}

/** Pages only: static files carry no scripts of their own and are served as they are. */
export const config = { matcher: [{ source: '/((?!_next/static|_next/image|favicon.ico|icon.svg).*)' }] }

function contentSecurityPolicy(nonce: string): string {
  const evaluate = isDevelopment ? " 'unsafe-eval'" : ''
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${evaluate}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${isDevelopment ? ' ws: wss:' : ''}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

'use client'
import { useEffect, useState } from 'react'

/** The git remote of an app, at the address under which this page was opened. Empty until the browser is there. */
export function useRemote(organisation: string, app: string): string {
  const [origin, setOrigin] = useState('')
  useEffect(() => setOrigin(window.location.origin), [])
  return origin === '' ? '' : remoteOf(origin, organisation, app)
}

/** `https://slipway.example/git/acme/notes`. */
function remoteOf(origin: string, organisation: string, app: string): string {
  return `${origin}/git/${encodeURIComponent(organisation)}/${encodeURIComponent(app)}`
}

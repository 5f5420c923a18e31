import { existsSync } from 'node:fs'
import chromium from '@sparticuz/chromium'

/** A Chromium of this machine: CHROMIUM_PATH, Debian's, or the one that npm brings (Linux x64), unpacked on first use. */
export async function chromiumPath(): Promise<string> {
  const named = process.env.CHROMIUM_PATH
  if (named) return named
  if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium'
  return chromium.executablePath()
}

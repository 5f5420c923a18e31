import { gunzipSync } from 'node:zlib'
import { z } from 'zod'

const hostFile = z.object({
  gatePort: z.number().int().optional(),
  disks: z.array(z.object({ device: z.string(), path: z.string().startsWith('/') })).default([]),
})

export type HostFacts = z.infer<typeof hostFile>

/** The script itself, as cloud-init would get it: decoded, and unzipped where it was zipped. */
export function scriptOf(userData: string): Buffer {
  const bytes = Buffer.from(userData, 'base64')
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
}

/**
 * What the sandbox must know before a body boots and a real machine would learn by itself: at which paths its disks
 * will be, and on which port it takes requests. Both stand in the JSON that the user data writes to
 * /etc/slipway/host.json; an instance of any other kind has neither.
 */
export function hostFacts(userData: string): HostFacts {
  const script = scriptOf(userData).toString('utf8')
  const candidates = [...script.split('\n'), script.slice(script.indexOf('{'), script.lastIndexOf('}') + 1)]
  for (const text of candidates) {
    const start = text.indexOf('{')
    if (start < 0) continue
    const found = hostFile.safeParse(parseJson(text.slice(start, text.lastIndexOf('}') + 1)))
    if (found.success) return found.data
  }
  return { disks: [] }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

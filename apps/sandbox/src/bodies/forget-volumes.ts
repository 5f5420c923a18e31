import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const volumes = z.array(z.object({ account: z.string(), id: z.string() }))

/** Removes the folders of volumes that the emulator no longer has: they were deleted. Safe to repeat. */
export async function forgetVolumes(state: string, emulatorUrl: string): Promise<void> {
  const root = join(state, 'volumes')
  const folders = namesIn(root).flatMap((account) =>
    namesIn(join(root, account)).map((id) => join(account, id)),
  )
  if (!folders.length) return
  const answer = await fetch(`${emulatorUrl}/_ext/volumes`, { signal: AbortSignal.timeout(5000) })
  const there = new Set(volumes.parse(await answer.json()).map(({ account, id }) => join(account, id)))
  for (const folder of folders)
    if (!there.has(folder)) rmSync(join(root, folder), { recursive: true, force: true })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

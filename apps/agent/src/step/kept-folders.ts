import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises'
import path from 'node:path'
import type { StepSpec } from '@slipway/protocol'
import { appUser, giveToAppUser } from '../apps/app-user.ts'
import type { Home } from '../home.ts'

/** Folders that stay on the runner's disk, of all apps together; the one that was used least lately goes first. */
const keptMax = 20
/** With less left on the disk nothing more is kept: builds come first. */
const freeBytesMin = 2 * 1_073_741_824

type Request = {
  home: Home
  cache: StepSpec['cache']
  /** Top of the checkout. */
  source: string
  say(line: string): void
  signal: AbortSignal
}

/** Puts the folders that an earlier step of the app left on this runner into the checkout. Those that the commit has stay. */
export async function restoreFolders({ home, cache, source, say, signal }: Request): Promise<void> {
  for (const folder of cache?.folders ?? []) {
    const kept = keptAt(home, cache?.key ?? '', folder)
    const place = path.join(source, folder)
    if (!existsSync(kept) || existsSync(place)) continue
    const now = new Date()
    await utimes(kept, now, now)
    if (await copy(kept, place, signal)) say(`${folder} comes from the cache.`)
    else await rm(place, { recursive: true, force: true })
  }
}

/** Keeps the folders as a command left them, in place of what was kept before. */
export async function storeFolders({ home, cache, source, say, signal }: Request): Promise<void> {
  const all = home.cache('steps')
  if (cache !== undefined && (await mkdir(all, { recursive: true }))) giveToAppUser(all)
  for (const folder of cache?.folders ?? []) {
    const place = path.join(source, folder)
    if (!existsSync(place)) continue
    const { bavail, bsize } = await statfs(all)
    if (bavail * bsize < freeBytesMin) {
      say(`${folder} is not kept: the runner’s disk is nearly full.`)
      continue
    }
    const kept = keptAt(home, cache?.key ?? '', folder)
    const [draft, old] = [`${kept}.${randomUUID()}`, `${kept}.${randomUUID()}`]
    if (await copy(place, draft, signal)) {
      if (existsSync(kept)) await rename(kept, old)
      // Another step may have put its own there in this moment, which is as good.
      await rename(draft, kept).catch(() => {})
    }
    for (const rest of [draft, old]) await rm(rest, { recursive: true, force: true })
  }
  if (cache !== undefined) await forgetOldest(all)
}

function keptAt(home: Home, key: string, folder: string): string {
  return home.cache('steps', `${key}-${createHash('sha256').update(folder).digest('hex').slice(0, 24)}`)
}

/** By the user of the commands, so that a link in a checkout leads nowhere that a command could not go by itself. */
function copy(from: string, to: string, signal: AbortSignal): Promise<boolean> {
  const script = 'mkdir -p "$(dirname "$2")" && cp -a --reflink=auto "$1" "$2"'
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', script, 'sh', from, to], { stdio: 'ignore', signal, ...appUser() })
    child.once('error', () => resolve(false))
    child.once('close', (code) => resolve(code === 0))
  })
}

async function forgetOldest(all: string): Promise<void> {
  const aged = await Promise.all(
    (await readdir(all)).map(async (name) => {
      const file = await stat(path.join(all, name)).catch(() => undefined)
      return { name, at: file?.mtimeMs ?? 0 }
    }),
  )
  for (const { name } of aged.sort((a, b) => b.at - a.at).slice(keptMax))
    await rm(path.join(all, name), { recursive: true, force: true })
}

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { giveToAppUser } from '../apps/app-user.ts'
import type { Home } from '../home.ts'

/** Sets of modules that stay on the runner's disk. */
const keptSets = 5
/** Makes node_modules of nothing but these files and its own options, in the same way each time. */
const cleanInstall = /^npm ci(?: --[a-z-]+(?:=[a-z]+)?)*$/
const installedFrom = ['package.json', 'package-lock.json', '.npmrc']

type Request = { home: Home; folder: string; command: string; runtime: string; say(line: string): void }

/** Puts node_modules in place instead of installing it, when the lockfile is one that was installed before. */
export async function restoreModules(request: Request): Promise<boolean> {
  const kept = await keptFolder(request)
  if (!kept || !existsSync(kept)) return false
  const now = new Date()
  await utimes(kept, now, now)
  if (!(await copyTree(kept, path.join(request.folder, 'node_modules')))) return false
  request.say('node_modules comes from the cache: the lockfile did not change.')
  return true
}

/** Keeps what the command installed. A copy: later commands may change the modules. */
export async function storeModules(request: Request): Promise<void> {
  const kept = await keptFolder(request)
  const modules = path.join(request.folder, 'node_modules')
  if (!kept || !existsSync(modules)) return
  const draft = `${kept}.new`
  await rm(draft, { recursive: true, force: true })
  await mkdir(path.dirname(kept), { recursive: true })
  if (await copyTree(modules, draft))
    await rename(draft, kept).catch(() => rm(draft, { recursive: true, force: true }))
  await forgetOldest(path.dirname(kept))
}

async function keptFolder({ home, folder, command, runtime }: Request): Promise<string | undefined> {
  if (!cleanInstall.test(command.trim()) || !existsSync(path.join(folder, 'package-lock.json')))
    return undefined
  const hash = createHash('sha256').update(`${command.trim()}\n${runtime}\n${process.arch}\n`)
  for (const file of installedFrom)
    hash.update(file).update(await readFile(path.join(folder, file)).catch(() => ''))
  return home.cache('modules', hash.digest('hex'))
}

/** A copy that shares blocks where the file system can (XFS on Amazon Linux does). */
function copyTree(from: string, to: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('cp', ['-a', '--reflink=auto', from, to], { stdio: 'ignore' })
    child.once('error', () => resolve(false))
    child.once('close', (code) => {
      giveToAppUser(to)
      resolve(code === 0)
    })
  })
}

async function forgetOldest(folder: string): Promise<void> {
  const names = await readdir(folder)
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(path.join(folder, name))).mtimeMs })),
  )
  for (const { name } of aged.sort((a, b) => b.at - a.at).slice(keptSets))
    await rm(path.join(folder, name), { recursive: true, force: true })
}

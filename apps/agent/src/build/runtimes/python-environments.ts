import { lstat, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runtimeFolder } from './keep-runtime.ts'

/** How deep in a repository services with packages of their own lie. */
const depthMax = 4

/**
 * Makes every `.venv` of a checkout one that can lie anywhere: its Python becomes the one that the release carries,
 * its programs find that beside themselves, and paths of the checkout become relative. Safe to repeat.
 */
export async function finishVirtualEnvironments(folder: string, line: string): Promise<void> {
  for (const environment of await environmentsIn(folder, depthMax)) {
    const runtime = path.join(folder, runtimeFolder, 'bin', `python${line}`)
    await linkPrograms(environment, runtime)
    await rewritePaths(environment, folder, line)
    // It names the interpreter's folder on this runner; without it that is found through the link.
    await rm(path.join(environment, 'pyvenv.cfg'), { force: true })
  }
}

async function environmentsIn(folder: string, depth: number): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === 'node_modules') continue
    const whole = path.join(folder, entry.name)
    if (await stat(path.join(whole, 'pyvenv.cfg')).catch(() => undefined)) found.push(whole)
    else if (depth > 0 && !entry.name.startsWith('.')) found.push(...(await environmentsIn(whole, depth - 1)))
  }
  return found
}

async function linkPrograms(environment: string, runtime: string): Promise<void> {
  const bin = path.join(environment, 'bin')
  for (const name of await readdir(bin)) {
    const file = path.join(bin, name)
    const found = await lstat(file)
    if (found.isSymbolicLink()) {
      if (!/^python[\d.]*$/.test(name)) continue
      // Also those that lead to another of them: a host unpacks no link to a link.
      await rm(file)
      await symlink(path.relative(bin, runtime), file)
    } else if (found.isFile()) await rewriteShebang(file, bin, found.mode)
  }
}

/**
 * `#!/where/it/was/built/.venv/bin/python` becomes a line that both a shell and Python understand, and that starts
 * the Python beside it, as uv's own relocatable environments have it.
 */
async function rewriteShebang(file: string, bin: string, mode: number): Promise<void> {
  const text = await readFile(file)
  const end = text.indexOf('\n')
  const first = text.subarray(0, end).toString('latin1')
  if (end < 0 || !first.startsWith(`#!${bin}/python`)) return
  const shell = `#!/bin/sh\n'''exec' "$(dirname -- "$(realpath -- "$0")")/python3" "$0" "$@"\n' '''`
  await writeFile(file, Buffer.concat([Buffer.from(shell), text.subarray(end)]), { mode })
}

/** What is installed from the checkout itself is named by a line of a .pth file. */
async function rewritePaths(environment: string, folder: string, line: string): Promise<void> {
  const packages = path.join(environment, 'lib', `python${line}`, 'site-packages')
  for (const name of await readdir(packages).catch(() => [])) {
    if (!name.endsWith('.pth')) continue
    const file = path.join(packages, name)
    const text = await readFile(file, 'utf8')
    const moved = text
      .split('\n')
      .map((one) => (one === folder || one.startsWith(`${folder}/`) ? path.relative(packages, one) : one))
      .join('\n')
    if (moved !== text) await writeFile(file, moved)
  }
}

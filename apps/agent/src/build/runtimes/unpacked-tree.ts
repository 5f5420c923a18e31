import {
  chmod,
  copyFile,
  lstat,
  readdir,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { runTool, type ToolEnding, toolEnvironment } from './run-tool.ts'
import type { RuntimeRequest } from './runtime.ts'

/** Packages as they would lie below `/`, in another folder. */
export type Tree = {
  folder: string
  /** `3.4`, by which the packages name what is theirs. */
  line: string
  /** Runs a program of it, of its own or by a script, with these further variables. */
  run(program: string, args: string[], variables?: Record<string, string>): Promise<ToolEnding>
}

export function treeIn(folder: string, line: string, request: Omit<RuntimeRequest, 'range'>): Tree {
  return {
    folder,
    line,
    async run(program, args, variables = {}) {
      const libraries = await existing(folder, libraryFolders)
      const LD_LIBRARY_PATH = libraries.map((name) => path.join(folder, name)).join(':')
      const environment = { ...toolEnvironment(request), LD_LIBRARY_PATH, ...variables }
      return runTool(path.join(folder, program), args, { folder, environment, signal: request.signal })
    },
  }
}

/** Where Debian and Amazon Linux have shared libraries, on either processor. */
const libraryFolders = ['usr/lib64', 'usr/lib/x86_64-linux-gnu', 'usr/lib/aarch64-linux-gnu']

/** Those of these paths, absolute or not, that the tree has; without the slash that they begin with. */
export async function existing(folder: string, paths: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const one of paths) {
    const name = one.replace(/^\/+/, '')
    if (await stat(path.join(folder, name)).catch(() => undefined)) found.push(name)
  }
  return found
}

/**
 * Writes a program that prepares the environment and starts another. `$here` is then the folder above that of the
 * program itself, wherever that is; `$tree` that of the packages.
 */
export async function writeStarter(
  { folder }: Tree,
  file: string,
  { prepare = [], start }: { prepare?: string[]; start: string },
): Promise<void> {
  const libraries = await existing(folder, libraryFolders)
  const lines = [
    '#!/bin/sh',
    'here=$(dirname -- "$(dirname -- "$(realpath -- "$0")")")',
    `tree="$here/${path.basename(folder)}"`,
    ...libraries.map((name) => before('LD_LIBRARY_PATH', `$tree/${name}`)),
    ...prepare,
    `exec ${start} "$@"`,
  ]
  await writeFile(file, `${lines.join('\n')}\n`)
  await chmod(file, 0o755)
}

/** A line that puts a value first into a variable of paths, once however often programs start each other. */
export function before(variable: string, value: string): string {
  return `case ":$${variable}:" in *":${value}:"*) ;; *) export ${variable}="${value}\${${variable}:+:$${variable}}" ;; esac`
}

/**
 * Makes every link of a tree one that a host unpacks: a relative one to a file, not to a link. An absolute one means the
 * tree before the machine. A file of the machine is copied, and a link that leads nowhere goes, such as to a font of
 * another package.
 */
export async function settleLinks(folder: string): Promise<void> {
  const top = await realpath(folder)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue
    const link = path.join(entry.parentPath, entry.name)
    const named = await readlink(link)
    const target =
      (path.isAbsolute(named) && (await realpath(path.join(folder, named)).catch(() => undefined))) ||
      (await realpath(link).catch(() => undefined))
    await rm(link)
    if (target === undefined) continue
    if (target.startsWith(`${top}/`))
      await symlink(path.relative(await realpath(entry.parentPath), target), link)
    else if ((await lstat(target)).isFile()) await copyFile(target, link)
  }
}

import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { findProgram, runTool, type ToolEnding, toolEnvironment } from './run-tool.ts'
import type { RuntimeRequest } from './runtime.ts'

/**
 * The packages of the runner's own Linux. They are unpacked and never installed: a runner keeps several versions
 * beside each other, and a developer's machine stays as it is. What is installed already is not taken again, since
 * hosts have the same Linux.
 */
export type Distribution = {
  /** All packages there are whose names begin like one of these. */
  names(beginnings: string[]): Promise<string[] | { failed: ToolEnding }>
  /** Puts these packages and what they need into a folder as they would lie below `/`. */
  unpack(packages: string[], folder: string): Promise<ToolEnding>
}

/** That of Debian and its like, or of Amazon Linux; undefined on another system. */
export function distributionOf(request: Omit<RuntimeRequest, 'range'>): Distribution | undefined {
  if (findProgram('apt-get', request.config.path)) return apt(request)
  if (findProgram('dnf', request.config.path)) return dnf(request)
  return undefined
}

type Request = Omit<RuntimeRequest, 'range'>

/** https://manpages.debian.org/apt-get; its lists are kept apart from the machine's, which only root may renew. */
function apt(request: Request): Distribution {
  const { home } = request
  const state = home.cache('apt')
  const options = [
    `Dir::State::Lists=${path.join(state, 'lists')}`,
    `Dir::Cache=${path.join(state, 'cache')}`,
    'APT::Sandbox::User=root',
    'Debug::NoLocking=1',
  ].flatMap((option) => ['-o', option])
  return {
    async names(beginnings) {
      for (const folder of ['lists/partial', 'cache/archives/partial'])
        await mkdir(path.join(state, folder), { recursive: true })
      const updated = await run(request, state, 'apt-get', [...options, '-qq', 'update'])
      if (!updated.ok) return { failed: updated }
      const names: string[] = []
      for (const beginning of beginnings) {
        const found = await run(request, state, 'apt-cache', [...options, 'pkgnames', beginning])
        if (!found.ok) return { failed: found }
        names.push(...found.out.split('\n').filter(Boolean))
      }
      // apt takes a source that it cannot reach for an empty one, and only warns.
      return names.length === 0 && updated.lines.length > 0 ? { failed: updated } : names
    },
    async unpack(packages, folder) {
      const needed = ['-s', '-qq', '--no-install-recommends', 'install', ...packages]
      const simulated = await run(request, folder, 'apt-get', [...options, ...needed])
      if (!simulated.ok) return simulated
      const names = [...simulated.out.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => name ?? [])
      return unpackAll(request, folder, {
        take: ['apt-get', ...options, '-qq', 'download', ...new Set([...packages, ...names])],
        open: 'dpkg-deb -x "$1" "$2"',
      })
    },
  }
}

/** https://docs.aws.amazon.com/linux/al2023/ug/package-management.html; it takes packages as root alone, as a runner's agent is. */
function dnf(request: Request): Distribution {
  return {
    async names(beginnings) {
      const list = ['-q', 'list', '--available', ...beginnings.map((beginning) => `${beginning}*`)]
      const found = await run(request, request.home.cache(), 'dnf', list)
      if (!found.ok) return { failed: found }
      // `ruby3.4.x86_64   3.4.5-1.amzn2023   amazonlinux`, of which a long line is broken after the name.
      return [...found.out.matchAll(/^(\S+)\.(?:noarch|x86_64|aarch64)(?:\s|$)/gm)].flatMap(
        ([, name]) => name ?? [],
      )
    },
    unpack: (packages, folder) =>
      unpackAll(request, folder, {
        take: ['dnf', '-q', '-y', 'install', '--downloadonly', '--destdir=.', ...packages],
        open: 'rpm2cpio "$1" | (cd "$2" && cpio -idm --quiet)',
      }),
  }
}

async function unpackAll(
  request: Request,
  folder: string,
  { take: [program = '', ...args], open }: { take: string[]; open: string },
): Promise<ToolEnding> {
  const archives = path.join(folder, '.archives')
  await mkdir(archives)
  const taken = await run(request, archives, program, args)
  if (!taken.ok) return taken
  for (const name of await readdir(archives)) {
    const file = path.join(archives, name)
    const opened = await run(request, folder, '/bin/sh', ['-ec', open, 'open', file, folder])
    if (!opened.ok) return opened
  }
  await rm(archives, { recursive: true })
  return taken
}

function run(request: Request, folder: string, program: string, args: string[]): Promise<ToolEnding> {
  const environment = { ...toolEnvironment(request), LC_ALL: 'C' }
  return runTool(program, args, { folder, environment, signal: request.signal })
}

import { chmod, copyFile, cp, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { giveToAppUser } from '../../apps/app-user.ts'
import { buildFailures } from '../build-failures.ts'
import { keepRuntime, keptRuntime } from './keep-runtime.ts'
import { finishVirtualEnvironments } from './python-environments.ts'
import { runTool } from './run-tool.ts'
import type { Runtime, RuntimeKind, RuntimeRequest } from './runtime.ts'
import { provideUv, uvEnvironment } from './uv.ts'

/**
 * The Python that the release carries, chosen by uv: one that was taken before, the runner's own where it is of
 * the range, else a download of uv's. It is copied whole, with its library, and finds itself wherever it lies.
 */
export const python: RuntimeKind = { kind: 'python', provide }

async function provide(request: RuntimeRequest): Promise<Runtime> {
  const { home, range, signal } = request
  if (await mkdir(home.cache('uv'), { recursive: true })) giveToAppUser(home.cache('uv'))
  const found = await provideUv(request)
  if ('failed' in found) throw noPython(range, found.failed.lines)
  const { uv } = found
  const facts = await inspect(request, await findPython(request, uv))
  const name = `python-${facts.version}`
  const kept =
    keptRuntime(home, name) ??
    (await keepRuntime({ home, name, signal }, (folder) => copyPython(facts, folder)))
  return {
    name: `Python ${facts.version}`,
    binFolders: [kept.binFolder, path.dirname(uv)],
    variables: {
      UV_PYTHON_DOWNLOADS: 'never',
      UV_CACHE_DIR: home.cache('uv'),
      // The release must not share its files with the cache, which outlives it.
      UV_LINK_MODE: 'copy',
      UV_COMPILE_BYTECODE: '1',
      UV_NO_PROGRESS: '1',
    },
    carried: kept,
    finish: (folder) => finishVirtualEnvironments(folder, facts.line),
  }
}

async function findPython(request: RuntimeRequest, uv: string): Promise<string> {
  const { range, home, say, signal } = request
  const how = { folder: home.cache(), environment: uvEnvironment(request), signal }
  const find = () =>
    runTool(uv, ['python', 'find', '--system', '--no-project', '--no-python-downloads', range], how)
  const found = await find()
  if (found.ok) return found.out.trim()
  say(`The runner has no Python ${range}: uv downloads one.`)
  const installed = await runTool(uv, ['python', 'install', '--no-bin', range], how)
  const again = installed.ok ? await find() : installed
  if (!again.ok) throw noPython(range, again.lines)
  return again.out.trim()
}

const factsSchema = z.object({
  version: z.string(),
  /** `3.12`: the part of the version that names its folders. */
  line: z.string(),
  executable: z.string(),
  /** The standard library, and its part for this processor. */
  libraries: z.array(z.string()),
  prefix: z.string(),
  /** The interpreter itself where it is a shared library. */
  shared: z.string().nullable(),
  /** Where packages of this interpreter lie, below the prefix. */
  packages: z.string(),
  include: z.string(),
})
type Facts = z.infer<typeof factsSchema>

const question = `
import json, os, site, sys, sysconfig
line = '%d.%d' % sys.version_info[:2]
variable = sysconfig.get_config_var
shared = os.path.join(variable('LIBDIR') or '', variable('INSTSONAME') or '') if variable('Py_ENABLE_SHARED') else None
if shared and not os.path.exists(shared):
    shared = os.path.join(variable('LIBDIR'), variable('MULTIARCH') or '', variable('INSTSONAME'))
inside = [p for p in site.getsitepackages() if p.startswith(sys.base_prefix + os.sep)]
print(json.dumps({
    'version': '%d.%d.%d' % sys.version_info[:3],
    'line': line,
    'executable': os.path.realpath(sys.executable),
    'libraries': sorted({sysconfig.get_path('stdlib'), sysconfig.get_path('platstdlib')}),
    'prefix': sys.base_prefix,
    'shared': shared if shared and os.path.exists(shared) else None,
    'packages': os.path.relpath(inside[-1], sys.base_prefix),
    'include': sysconfig.get_path('include'),
}))
`

async function inspect(request: RuntimeRequest, executable: string): Promise<Facts> {
  const { home, range, signal } = request
  const how = { folder: home.cache(), environment: uvEnvironment(request), signal }
  const ending = await runTool(executable, ['-I', '-c', question], how)
  if (!ending.ok) throw noPython(range, ending.lines)
  return factsSchema.parse(JSON.parse(ending.out))
}

/** Parts of the standard library that no server needs, and other people's packages. */
const leftOut = /^(site-packages|dist-packages|test|idlelib|turtledemo|tkinter|ensurepip|config-.*)$/

async function copyPython(facts: Facts, folder: string): Promise<void> {
  const bin = path.join(folder, 'bin')
  const program = path.join(bin, `python${facts.line}`)
  await mkdir(bin, { recursive: true })
  await copyFile(facts.executable, program)
  await chmod(program, 0o755)
  for (const name of ['python3', 'python']) await symlink(`python${facts.line}`, path.join(bin, name))
  for (const library of facts.libraries) await copyLibrary(library, below(facts, folder, library))
  if (await isThere(facts.include))
    await cp(facts.include, below(facts, folder, facts.include), { recursive: true, dereference: true })
  if (facts.shared) {
    await mkdir(path.join(folder, 'lib'), { recursive: true })
    await copyFile(facts.shared, path.join(folder, 'lib', path.basename(facts.shared)))
  }
  const packages = path.join(folder, facts.packages)
  await mkdir(packages, { recursive: true })
  await writeFile(path.join(packages, 'slipway.pth'), findEnvironment)
}

/**
 * Makes a .venv/bin/python that is a link to this interpreter use the packages of its .venv, as its pyvenv.cfg
 * would: that file can only name the interpreter by an absolute path, which differs on each host.
 */
const findEnvironment = [
  'import os, site, sys',
  'p = os.path.dirname(os.path.dirname(os.path.abspath(sys.executable)))',
  "d = os.path.join(p, 'lib', 'python%d.%d' % sys.version_info[:2], 'site-packages')",
  'exec("if p != sys.prefix and os.path.isdir(d):\\n sys.prefix = sys.exec_prefix = p\\n site.addsitedir(d)")\n',
].join('; ')

async function copyLibrary(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const name of await readdir(from)) {
    // A link may lead to what a distribution keeps elsewhere and this machine does not have.
    if (leftOut.test(name) || !(await isThere(path.join(from, name)))) continue
    await cp(path.join(from, name), path.join(to, name), {
      recursive: true,
      dereference: true,
      // Compiled modules are those of their source only as long as its time stays.
      preserveTimestamps: true,
    })
  }
}

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined
}

function below({ prefix }: Facts, folder: string, file: string): string {
  return path.join(folder, path.relative(prefix, file))
}

function noPython(range: string, lines: string[]) {
  return buildFailures.noRuntime(
    `Python ${range}`,
    'Ask for a version that the runner has, or let the runner reach github.com, where uv gets others from.',
    lines,
  )
}

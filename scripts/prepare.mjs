// What every command of this project needs first. Runs on Node 20 and newer, before anything is installed, so it
// imports nothing but Node itself.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const project = dirname(dirname(fileURLToPath(import.meta.url)))
/** The project's own Node 24, also where the machine's is another. */
export const node = join(project, 'node_modules/node/bin/node')

/** Ends the process with one line when something is missing; installs when the lockfile changed. Twice is safe. */
export function prepare() {
  const missing = whatIsMissing()
  if (missing.length) {
    console.error(`Slipway needs ${missing.join(', and ')}.`)
    process.exit(1)
  }
  install()
}

function whatIsMissing() {
  const found = []
  if (Number(process.versions.node.split('.')[0]) < 20)
    found.push(`Node 20 or newer (this is ${process.version})`)
  if (spawnSync('git', ['--version']).status !== 0) found.push('git')
  const python = spawnSync('python3', [
    '-c',
    'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))',
  ])
  if (python.status !== 0) found.push('Python 3.11 or newer with venv (python3, on Debian also python3-venv)')
  if (process.platform === 'linux' && spawnSync('unshare', ['--version']).status !== 0)
    found.push('unshare (util-linux)')
  return found
}

function install() {
  const lock = readFileSync(join(project, 'pnpm-lock.yaml'))
  const digest = createHash('sha256').update(lock).digest('hex')
  const record = join(project, '.local/installed')
  const isInstalled = existsSync(join(project, 'node_modules/node/bin/node'))
  if (isInstalled && existsSync(record) && readFileSync(record, 'utf8') === digest) return
  console.log('Installing the packages of the lockfile…')
  const pnpm = spawnSync('npx', ['-y', 'pnpm@12.21.0', 'install', '--frozen-lockfile'], {
    cwd: project,
    stdio: 'inherit',
  })
  if (pnpm.status !== 0) process.exit(pnpm.status ?? 1)
  mkdirSync(dirname(record), { recursive: true })
  writeFileSync(record, digest)
}
